import { type PointerEvent, useRef } from "react";
import { timecode } from "@dashboard/ui/format";
import { TYPE_COLOURS } from "@dashboard/ui/vehicle-types";
import { useKnownComparison } from "./api";
import type { Entry, Mark, Tally } from "./contract";
import { type Player, useVideoTime } from "./use-player";

interface Props {
  tally: Tally;
  player: Player;
  marks: readonly Mark[];
  isDone: boolean;
}

/** The clip's length with every mark; once the person is done, also the system's vehicles. */
export function Timeline({ tally: { duration_s: durationS }, player, marks, isDone }: Props) {
  const line = useRef<HTMLDivElement>(null);
  const comparison = useKnownComparison(isDone);
  const missed = new Set(comparison?.matching.unmatched_marks.map(({ id }) => id));
  const toPointer = (event: PointerEvent): void => {
    const box = line.current?.getBoundingClientRect();
    if (box && event.buttons === 1) player.seek(((event.clientX - box.left) / box.width) * durationS);
  };
  const press = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    toPointer(event);
  };
  return (
    <div className="tally-timeline">
      {comparison && (
        <div className="lane-names" aria-hidden="true">
          <span>You</span>
          <span>Onwatch</span>
        </div>
      )}
      <div ref={line} className="lanes" onPointerDown={press} onPointerMove={toPointer} data-testid="timeline">
        <div className="lane">
          {marks.map((mark) => (
            <Tick key={mark.id} vehicle={mark} durationS={durationS} alone={missed.has(mark.id)} kind="mark" />
          ))}
        </div>
        {comparison && (
          <div className="lane">
            {comparison.matching.pairs.map(({ entry }) => (
              <Tick key={entry.vehicle_id} vehicle={entry} durationS={durationS} alone={false} kind="entry" />
            ))}
            {comparison.matching.unmatched_entries.map((entry) => (
              <Tick key={entry.vehicle_id} vehicle={entry} durationS={durationS} alone kind="entry" />
            ))}
          </div>
        )}
        <Playhead player={player} durationS={durationS} />
      </div>
    </div>
  );
}

interface TickProps {
  vehicle: Mark | Entry;
  durationS: number;
  /** Counted by one side only. */
  alone: boolean;
  kind: "mark" | "entry";
}

function Tick({ vehicle, durationS, alone, kind }: TickProps) {
  const style = { left: `${(vehicle.at_s / durationS) * 100}%`, background: TYPE_COLOURS[vehicle.vehicle_type] };
  return <span className="tick" data-testid={kind} data-alone={alone || undefined} style={style} />;
}

/** Makes the timeline accessible by keyboard. */
function Playhead({ player, durationS }: { player: Player; durationS: number }) {
  const atS = useVideoTime(player);
  return (
    <span
      className="playhead"
      role="slider"
      tabIndex={0}
      aria-label="Place in the clip"
      aria-valuemin={0}
      aria-valuemax={durationS}
      aria-valuenow={atS}
      aria-valuetext={timecode(atS)}
      style={{ left: `${Math.min(1, atS / durationS) * 100}%` }}
    />
  );
}
