import { FilmIcon, PlayIcon, RegionIcon, StopIcon } from "../ui/icons";
import { Switch } from "../ui/switch";
import type { VideoState } from "../state/video-state";

interface Props {
  button: VideoState["button"];
  boxesShown: boolean;
  onToggleBoxes: (shown: boolean) => void;
  zonesShown: boolean;
  onToggleZones: (shown: boolean) => void;
  onStart: (() => void) | undefined;
  onStop: (() => void) | undefined;
  onEdit: (() => void) | undefined;
  isRecordingShown: boolean;
  onToggleRecording: (() => void) | undefined;
}

export function Controls(props: Props) {
  const { button, boxesShown, onToggleBoxes, zonesShown, onToggleZones, onStart, onStop, onEdit, isRecordingShown, onToggleRecording } = props;
  return (
    <div className="controls">
      <StartButton button={button} onStart={onStart} onStop={onStop} />
      {button.canCancel && (
        <button type="button" className="button" onClick={onStop} data-testid="cancel-start">
          Cancel
        </button>
      )}
      <button
        type="button"
        className="button"
        onClick={onToggleRecording}
        disabled={!onToggleRecording}
        aria-pressed={isRecordingShown}
        data-testid="toggle-recording"
      >
        <FilmIcon />
        Recording
      </button>
      <span className="spacer" />
      <Switch label="Zones" checked={zonesShown} onChange={onToggleZones} testId="toggle-zones" />
      <Switch label="Boxes" checked={boxesShown} onChange={onToggleBoxes} testId="toggle-boxes" />
      <button type="button" className="button" onClick={onEdit} disabled={!onEdit} data-testid="edit-places">
        <RegionIcon />
        Edit zones
      </button>
    </div>
  );
}

function StartButton({ button, onStart, onStop }: Pick<Props, "button" | "onStart" | "onStop">) {
  if (button.kind === "stop") {
    return (
      <button type="button" className="button start" data-state="streaming" data-testid="start-stream" onClick={onStop}>
        <StopIcon />
        Stop Stream
      </button>
    );
  }
  const starting = button.kind === "starting";
  return (
    <button
      type="button"
      className="button primary start"
      data-state={starting ? "starting" : "ready"}
      data-testid="start-stream"
      aria-busy={starting}
      disabled={!button.isEnabled || !onStart}
      onClick={onStart}
    >
      {starting ? <span className="spinner" aria-hidden="true" /> : <PlayIcon />}
      {starting ? "Starting…" : "Start Stream"}
    </button>
  );
}
