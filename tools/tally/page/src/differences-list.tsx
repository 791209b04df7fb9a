import { count, seconds, timecode } from "@dashboard/ui/format";
import { TYPE_COLOURS } from "@dashboard/ui/vehicle-types";
import type { Difference } from "./differences";

/** Seek target before the difference, so that the vehicle is seen entering. */
const LEAD_S = 0.5;

interface Props {
  differences: readonly Difference[];
  paired: number;
  toleranceS: number;
  delayS: number | null;
  onJump: (atS: number) => void;
}

export function DifferencesList({ differences, paired, toleranceS, delayS, onJump }: Props) {
  return (
    <section className="panel differences" aria-label="Differences">
      <h2>
        Differences <span className="muted">{differences.length}</span>
      </h2>
      <p className="muted small-text">
        {count(paired, "vehicle")} counted by both, at most {toleranceS} s apart.
        {delayS !== null && paired > 0 && ` Your key comes ${delayText(delayS)}.`}
        {differences.length > 0 && " A click shows the place."}
      </p>
      {differences.length === 0 && <p className="same">The two of you counted the same vehicles.</p>}
      <ol className="mark-list" data-testid="differences">
        {differences.map((difference) => (
          <li key={`${difference.kind}-${keyOf(difference)}`} data-kind={difference.kind}>
            <button type="button" className="jump" onClick={() => onJump(Math.max(0, difference.at_s - LEAD_S))}>
              <span className="type-dot" style={{ background: colourOf(difference) }} aria-hidden="true" />
              <span className="jump-time">{timecode(difference.at_s)}</span>
              {textOf(difference)}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function delayText(delayS: number): string {
  if (Math.abs(delayS) < 0.05) return "at the same moment";
  return `${seconds(Math.abs(delayS))} ${delayS > 0 ? "later" : "earlier"} (median)`;
}

function keyOf(difference: Difference): string | number {
  return difference.kind === "person" ? difference.mark.id : difference.entry.vehicle_id;
}

function colourOf(difference: Difference): string {
  return TYPE_COLOURS[difference.kind === "system" ? difference.entry.vehicle_type : difference.mark.vehicle_type];
}

function textOf(difference: Difference): string {
  if (difference.kind === "person") return `Only you: ${difference.mark.vehicle_type}`;
  const { vehicle_id: id, vehicle_type: type } = difference.entry;
  if (difference.kind === "system") return `Only Onwatch: ${type} (vehicle ${id})`;
  return `You: ${difference.mark.vehicle_type}, Onwatch: ${type} (vehicle ${id})`;
}
