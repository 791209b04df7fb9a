import { percent } from "@dashboard/ui/format";
import { TYPE_COLOURS } from "@dashboard/ui/vehicle-types";
import { urls } from "./api";
import type { Mark, Tally } from "./contract";
import { type Player, useVideoTime } from "./use-player";

/** How long a mark is highlighted around its video time. */
const FLASH_S = 0.6;

/** The clip with its region, or the reason why it cannot be shown. */
export function Picture({ tally, player, marks }: { tally: Tally; player: Player; marks: readonly Mark[] }) {
  const playable = tally.conversion.state === "done";
  return (
    <div className="picture tally-picture" style={{ aspectRatio: `${tally.width} / ${tally.height}` }}>
      {playable && (
        <video
          ref={player.attach}
          src={urls.video}
          muted
          playsInline
          preload="auto"
          aria-label={tally.file}
          data-testid="clip"
          data-ready={player.ready || undefined}
          onClick={() => player.act({ do: "play" })}
        />
      )}
      {playable && tally.roi && (
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true" data-testid="region">
          <polygon points={tally.roi.map((point) => point.join(",")).join(" ")} />
        </svg>
      )}
      {playable && <Flashes player={player} marks={marks} />}
      {!playable && <Converting tally={tally} />}
      {player.problem && (
        <p className="picture-note" data-tone="bad" role="alert">
          This browser cannot play the clip. {player.problem} Open the address in another browser; your marks are kept.
        </p>
      )}
    </div>
  );
}

/** A border in the type's colour around the picture at a mark. */
function Flashes({ player, marks }: { player: Player; marks: readonly Mark[] }) {
  const atS = useVideoTime(player);
  const mark = marks.findLast(({ at_s: markS }) => markS <= atS + 1e-3 && atS - markS < FLASH_S);
  if (!mark) return null;
  return (
    <span className="flash" style={{ color: TYPE_COLOURS[mark.vehicle_type] }} aria-hidden="true">
      <span>{mark.vehicle_type}</span>
    </span>
  );
}

function Converting({ tally: { obstacle, conversion } }: { tally: Tally }) {
  if (conversion.state === "failed") {
    return (
      <p className="picture-note" data-tone="bad" role="alert">
        A copy that a browser can play could not be made: {conversion.reason}
      </p>
    );
  }
  return (
    <div className="picture-note" role="status" data-testid="converting">
      <p>A copy for the browser is being made, since {obstacle}. The file itself stays as it is.</p>
      <progress value={conversion.fraction} aria-label="Part of the copy that is made" />
      <p>{percent(conversion.fraction)}</p>
    </div>
  );
}
