import type { MouseEvent, ReactNode } from "react";
import { timecode } from "@dashboard/ui/format";
import { BackIcon, NextIcon, PauseIcon, PlayIcon } from "@dashboard/ui/icons";
import type { Action } from "./shortcuts";
import { type Player, RATES, useVideoTime } from "./use-player";

/** A click does not move the focus, so the space bar continues to play and pause. */
export function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

export function Transport({ player, durationS }: { player: Player; durationS: number }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the focus where it is
    <div className="controls transport" onMouseDown={keepFocus}>
      <Do player={player} action={{ do: "play" }} label={player.playing ? "Pause" : "Play"} hint="Space" main>
        {player.playing ? <PauseIcon /> : <PlayIcon />}
        {player.playing ? "Pause" : "Play"}
      </Do>
      <Do player={player} action={{ do: "frames", by: -1 }} label="One frame back" hint="←">
        <BackIcon />
      </Do>
      <Do player={player} action={{ do: "frames", by: 1 }} label="One frame on" hint="→">
        <NextIcon />
      </Do>
      <Clock player={player} durationS={durationS} />
      <span className="spacer" />
      <span className="rates">
        <Do player={player} action={{ do: "slower" }} label="Slower" hint="S" off={player.rate === RATES[0]}>
          −
        </Do>
        <span className="rate" data-testid="rate">
          {player.rate}×
        </span>
        <Do player={player} action={{ do: "faster" }} label="Faster" hint="F" off={player.rate === RATES.at(-1)}>
          +
        </Do>
      </span>
    </div>
  );
}

interface DoProps {
  player: Player;
  action: Action;
  label: string;
  hint: string;
  children: ReactNode;
  main?: boolean;
  off?: boolean;
}

function Do({ player, action, label, hint, children, main = false, off = false }: DoProps) {
  return (
    <button
      type="button"
      className={main ? "button primary play" : "button square"}
      aria-label={label}
      title={`${label} (${hint})`}
      disabled={!player.ready || off}
      onClick={() => player.act(action)}
    >
      {children}
    </button>
  );
}

function Clock({ player, durationS }: { player: Player; durationS: number }) {
  return (
    <span className="clock" data-testid="clock">
      {timecode(useVideoTime(player))} <span className="muted">/ {timecode(durationS)}</span>
    </span>
  );
}
