import { FilmIcon, FullScreenIcon, PictureInPictureIcon, PlayIcon, RegionIcon, StopIcon } from "../ui/icons";
import { Switch } from "../ui/switch";
import type { VideoState } from "../state/video-state";
import { mayEditZones, mayStart } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { LAYERS, type Layer, type Layers } from "./layers";
import { IconButton } from "./playback-bar";

interface Props {
  button: VideoState["button"];
  layers: Layers;
  onToggleLayer: (layer: Layer, isShown: boolean) => void;
  onStart: (() => void) | undefined;
  onStop: (() => void) | undefined;
  onEdit: (() => void) | undefined;
  isRecordingShown: boolean;
  onToggleRecording: (() => void) | undefined;
  isFull: boolean;
  onFullScreen: () => void;
  /** Shows the picture in a window of its own; undefined where that is not possible. */
  onWindow: (() => void) | undefined;
}

export function Controls(props: Props) {
  const { button, layers, onToggleLayer, onStart, onStop, onEdit, isRecordingShown, onToggleRecording } = props;
  const { isFull, onFullScreen, onWindow } = props;
  return (
    <div className="controls">
      <StartButton button={button} onStart={onStart} onStop={onStop} />
      {button.canCancel && (
        <button type="button" className="button" onClick={onStop} data-testid="cancel-start">
          {texts.player.cancel}
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
        {texts.player.recording}
      </button>
      <span className="spacer" />
      {onWindow && (
        <IconButton label={texts.player.pictureInPicture} testId="picture-in-picture" onClick={onWindow}>
          <PictureInPictureIcon />
        </IconButton>
      )}
      <IconButton
        label={isFull ? texts.player.leaveFullScreen : texts.player.fullScreen}
        testId="full-screen"
        onClick={onFullScreen}
      >
        <FullScreenIcon />
      </IconButton>
      {useRight(mayEditZones) && (
        <button type="button" className="button" onClick={onEdit} disabled={!onEdit} data-testid="edit-places">
          <RegionIcon />
          {texts.player.editZones}
        </button>
      )}
      <div className="layers">
        {LAYERS.map((layer) => (
          <Switch
            key={layer}
            label={texts.player.layers[layer]}
            checked={layers[layer]}
            onChange={(isShown) => onToggleLayer(layer, isShown)}
            testId={`toggle-${layer}`}
          />
        ))}
      </div>
    </div>
  );
}

const WHY_NOT = "why-not-start";

function StartButton({ button, onStart, onStop }: Pick<Props, "button" | "onStart" | "onStop">) {
  const isStarter = useRight(mayStart);
  if (button.kind === "stop") {
    return (
      <button type="button" className="button start" data-state="streaming" data-testid="start-stream" onClick={onStop}>
        <StopIcon />
        {texts.player.stop}
      </button>
    );
  }
  const starting = button.kind === "starting";
  return (
    <>
      <button
        type="button"
        className="button primary start"
        data-state={starting ? "starting" : "ready"}
        data-testid="start-stream"
        aria-busy={starting}
        disabled={!button.isEnabled || !onStart || !isStarter}
        onClick={onStart}
        {...(isStarter ? {} : { title: texts.session.mayNotStart, "aria-describedby": WHY_NOT })}
      >
        {starting ? <span className="spinner" aria-hidden="true" /> : <PlayIcon />}
        {starting ? texts.player.starting : texts.player.start}
      </button>
      {!isStarter && (
        <span id={WHY_NOT} className="muted small-text why-not" data-testid="why-not-start">
          {texts.session.mayNotStart}
        </span>
      )}
    </>
  );
}
