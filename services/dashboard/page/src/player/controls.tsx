import { PlayIcon, RegionIcon, StopIcon } from "../ui/icons";
import { Switch } from "../ui/switch";
import type { StreamState } from "./stream-state";

interface Props {
  state: StreamState;
  boxesShown: boolean;
  onToggleBoxes: (shown: boolean) => void;
  onStart: (() => void) | undefined;
  onStop: (() => void) | undefined;
  onDraw: (() => void) | undefined;
}

export function Controls({ state, boxesShown, onToggleBoxes, onStart, onStop, onDraw }: Props) {
  return (
    <div className="controls">
      <StartButton state={state} onStart={onStart} onStop={onStop} />
      {state.wanted && state.phase !== "streaming" && (
        <button type="button" className="button" onClick={onStop} data-testid="cancel-start">
          Cancel
        </button>
      )}
      <span className="spacer" />
      <Switch label="Boxes" checked={boxesShown} onChange={onToggleBoxes} testId="toggle-boxes" />
      <button type="button" className="button" onClick={onDraw} disabled={!onDraw} data-testid="draw-roi">
        <RegionIcon />
        Draw region
      </button>
    </div>
  );
}

/** The button shows this viewer's demand, even while the stream runs for others. */
function StartButton({ state, onStart, onStop }: Pick<Props, "state" | "onStart" | "onStop">) {
  if (state.wanted && state.phase === "streaming") {
    return (
      <button type="button" className="button start" data-state="streaming" data-testid="start-stream" onClick={onStop}>
        <StopIcon />
        Stop Stream
      </button>
    );
  }
  const starting = state.wanted && state.phase === "starting";
  return (
    <button
      type="button"
      className="button primary start"
      data-state={starting ? "starting" : "ready"}
      data-testid="start-stream"
      aria-busy={starting}
      disabled={starting || state.isMissing || !onStart}
      onClick={onStart}
    >
      {starting ? <span className="spinner" aria-hidden="true" /> : <PlayIcon />}
      {starting ? "Starting…" : "Start Stream"}
    </button>
  );
}
