import { useState } from "react";
import { useMarkChange } from "../api/mutations";
import { useMarks } from "../api/queries";
import type { CountError, MarkedAccuracy, VehicleType } from "../contract";
import { momentIn } from "../player/moment";
import { mayMark } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { number } from "../texts/locale";
import { timecode } from "../ui/format";
import { SelectField } from "../ui/select-field";
import { typeName, VEHICLE_TYPES } from "../ui/vehicle-types";
import type { ShownRun } from "./runs";

/** How right the count of a run is, by what persons said about its rows; the measures are those of `onwatch tally`. */
export function AccuracyPanel({ id, run }: { id: string; run: ShownRun | null }) {
  const marks = useMarks(id, run).data;
  const change = useMarkChange(id, run?.run_id ?? null);
  const [type, setType] = useState<VehicleType>("car");
  const isMarker = useRight(mayMark);
  if (!marks || marks.vehicles_count + marks.missed.length === 0) return null;
  const { accuracy, missed } = marks;
  if (!isMarker && !accuracy) return null;
  const add = (): void => {
    change.mutate({ missed: { at_s: momentIn(location.search) ?? 0, vehicle_type: type } });
  };
  return (
    <details className="accuracy" data-testid="accuracy" open={accuracy !== null || undefined}>
      <summary>
        {texts.detail.accuracy}{" "}
        <span className="muted">{texts.detail.marked(marks.marked_vehicles_count, marks.vehicles_count)}</span>
      </summary>
      {accuracy ? <Measures accuracy={accuracy} /> : <p className="muted small-text">{texts.detail.howToMark}</p>}
      {accuracy && marks.marked_vehicles_count < marks.vehicles_count && (
        <p className="muted small-text">{texts.detail.onlyMarked}</p>
      )}
      {missed.length > 0 && (
        <ul className="missed-list" data-testid="missed-vehicles">
          {missed.map((vehicle) => (
            <li key={vehicle.missed_id}>
              {texts.detail.missedAt(typeName(vehicle.vehicle_type), timecode(vehicle.at_s))}
              {isMarker && (
                <button
                  type="button"
                  className="link-button"
                  onClick={() => change.mutate({ missedId: vehicle.missed_id })}
                  disabled={change.isPending}
                >
                  {texts.detail.removeMissed}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {isMarker && (
        <>
          <div className="missed-choice">
            <SelectField
              label={texts.detail.missedType}
              options={VEHICLE_TYPES.map((each) => [each, typeName(each)] as const)}
              value={type}
              onChange={setType}
              testId="missed-type"
            />
            <button type="button" className="button small" onClick={add} disabled={change.isPending} data-testid="add-missed">
              {texts.detail.addMissed}
            </button>
          </div>
          <p className="muted small-text">{texts.detail.missedHint}</p>
        </>
      )}
    </details>
  );
}

function Measures({ accuracy }: { accuracy: MarkedAccuracy }) {
  const { total, by_type, mape_percent: mape } = accuracy;
  const rows: [string, CountError][] = [[texts.detail.total, total]];
  for (const type of VEHICLE_TYPES) {
    const error = by_type[type];
    if (error) rows.push([typeName(type), error]);
  }
  return (
    <>
      <table className="stacked-table" data-testid="accuracy-table">
        <thead>
          <tr>
            <th scope="col">{texts.detail.type}</th>
            <th scope="col" data-number>
              {texts.detail.byPerson}
            </th>
            <th scope="col" data-number>
              {texts.detail.byOnwatch}
            </th>
            <th scope="col" data-number>
              {texts.detail.error}
            </th>
            <th scope="col" data-number>
              GEH
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, error]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td data-number data-label={texts.detail.byPerson}>
                {error.person}
              </td>
              <td data-number data-label={texts.detail.byOnwatch}>
                {error.system}
              </td>
              <td data-number data-label={texts.detail.error}>
                {error.error_percent === null ? "–" : `${number(error.error_percent, 1)} %`}
              </td>
              <td data-number data-label="GEH">
                {number(error.geh, 1)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small-text" data-testid="mape">
        {mape !== null && texts.detail.mape(number(mape, 1), timecode(accuracy.interval_s))}{" "}
        {accuracy.is_extrapolated && texts.detail.extrapolated}
      </p>
    </>
  );
}
