import { texts } from "../texts";
import { typeName, VEHICLE_TYPES } from "../ui/vehicle-types";
import type { DraftItem } from "./draft";
import type { SiteDraft } from "./use-site-draft";

/** The types that count in a zone or at a gate; all at first, also those that no model here has yet. */
export function TypeChoice({ editor, item }: { editor: SiteDraft; item: DraftItem }) {
  const { vehicleTypes } = item;
  const types = [...new Set<string>([...VEHICLE_TYPES, ...(vehicleTypes ?? [])])];
  const toggle = (type: string, counts: boolean): void => {
    const kept = (vehicleTypes ?? types).filter((other) => other !== type);
    const chosen = counts ? [...kept, type] : kept;
    editor.change({ vehicleTypes: types.every((each) => chosen.includes(each)) ? null : chosen });
  };
  return (
    <fieldset className="type-choice" data-testid="place-types">
      <legend>{texts.site.types}</legend>
      {types.map((type) => (
        <label key={type} className="type-chip">
          <input
            type="checkbox"
            checked={vehicleTypes === null || vehicleTypes.includes(type)}
            onChange={(event) => toggle(type, event.target.checked)}
            data-type={type}
          />
          <span>{typeName(type)}</span>
        </label>
      ))}
    </fieldset>
  );
}
