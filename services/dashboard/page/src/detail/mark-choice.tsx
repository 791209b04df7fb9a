import type { MarkRequest, Vehicle, VehicleType, VisitMark } from "../contract";
import { texts } from "../texts";
import { VEHICLE_TYPES, typeName } from "../ui/vehicle-types";

/** `wrong_type bus`: a verdict with the right type. */
export function markIn(value: string): MarkRequest | null {
  if (value === "") return null;
  const [verdict, type] = value.split(" ") as [MarkRequest["verdict"], VehicleType | undefined];
  return { verdict, vehicle_type: type ?? null };
}

export function choiceOf(mark: VisitMark | undefined): string {
  if (!mark) return "";
  return mark.vehicle_type ? `${mark.verdict} ${mark.vehicle_type}` : mark.verdict;
}

interface Props {
  visit: Vehicle;
  mark: VisitMark | undefined;
  isDisabled: boolean;
  onMark: (mark: MarkRequest | null) => void;
}

/** What a person says about a row. */
export function MarkChoice({ visit, mark, isDisabled, onMark }: Props) {
  const { verdicts } = texts.detail;
  const others = VEHICLE_TYPES.filter((type) => type !== visit.vehicle_type && type !== "vehicle");
  return (
    <select
      className="mark-choice"
      aria-label={texts.detail.markOf(visit.vehicle_id)}
      value={choiceOf(mark)}
      disabled={isDisabled}
      onChange={(event) => onMark(markIn(event.target.value))}
      data-verdict={mark?.verdict}
      data-testid="mark"
    >
      <option value="">{verdicts.none}</option>
      <option value="right">{verdicts.right}</option>
      <option value="wrong">{verdicts.wrong}</option>
      <option value="twice">{verdicts.twice}</option>
      <optgroup label={verdicts.wrong_type}>
        {others.map((type) => (
          <option key={type} value={`wrong_type ${type}`}>
            {texts.detail.shouldBe(typeName(type))}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
