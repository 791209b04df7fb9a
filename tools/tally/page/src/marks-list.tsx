import { timecode } from "@dashboard/ui/format";
import { TYPE_COLOURS } from "@dashboard/ui/vehicle-types";
import type { Mark } from "./contract";

interface Props {
  marks: readonly Mark[];
  onJump: (atS: number) => void;
  onRemove: (id: string) => void;
}

/** Latest video time first: that is the mark a person corrects. */
export function MarksList({ marks, onJump, onRemove }: Props) {
  return (
    <section className="panel marks" aria-label="Your marks">
      <div className="panel-head">
        <h2>Your marks</h2>
      </div>
      {marks.length === 0 && <p className="muted table-empty">No mark yet. Play the clip and press a key.</p>}
      <ol className="mark-list" data-testid="marks">
        {[...marks].reverse().map((mark) => (
          <li key={mark.id}>
            <button type="button" className="jump" onClick={() => onJump(mark.at_s)}>
              <span className="type-dot" style={{ background: TYPE_COLOURS[mark.vehicle_type] }} aria-hidden="true" />
              <span className="jump-time">{timecode(mark.at_s)}</span>
              {mark.vehicle_type}
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={`Remove ${mark.vehicle_type} at ${timecode(mark.at_s)}`}
              onClick={() => onRemove(mark.id)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
