import { useEffect, useMemo, useState } from "react";
import type { Video } from "../contract";
import { draftShapes, problemOf } from "../site/draft";
import { EditorLayer } from "../site/editor-layer";
import { EditorToolbar } from "../site/editor-toolbar";
import { LeaveGuard } from "../site/leave-guard";
import type { VideoState } from "../state/video-state";
import type { PlaceKey, Shape } from "../site/shapes";
import type { SiteEditing } from "../site/use-site-draft";
import { Controls } from "./controls";
import { Recording } from "./recording";
import type { MomentChoice } from "./use-moment";
import type { Watching } from "./use-watching";

interface Props {
  video: Video | undefined;
  watching: Watching;
  state: VideoState;
  shapes: readonly Shape[];
  /** Of the recording, which is shown in place of the stream. */
  moments: MomentChoice;
  editing: SiteEditing;
  /** Of a change of zones and gates. */
  effect: string;
  highlighted: PlaceKey | null;
  onHighlight: (key: PlaceKey | null) => void;
}

const NONE: readonly Shape[] = [];

/** The picture of one video and its controls. It stays mounted while videos are switched. */
export function Player(props: Props) {
  const { video, watching, state, shapes, moments, editing, effect, highlighted, onHighlight } = props;
  const { canvases, screen, stream } = watching;
  const [boxesShown, setBoxesShown] = useState(true);
  const { editor, begin } = editing;
  const [zonesShown, setZonesShown] = useState(true);
  const isEditing = editor !== null;
  const start = (): void => {
    if (moments.moment) moments.close();
    stream?.pressStart();
  };
  // Boxes are those of the stream.
  const areBoxesShown = boxesShown && !isEditing && !moments.moment;
  const draft = editor?.draft;
  const drawn = useMemo(() => draft && draftShapes(draft, problemOf(draft)), [draft]);
  const shown = drawn ?? (zonesShown ? shapes : NONE);
  const marked = editor ? (editor.draft.selected as PlaceKey) : highlighted;
  useEffect(() => screen?.overlay.setBoxesVisible(areBoxesShown), [screen, areBoxesShown]);
  useEffect(() => screen?.overlay.setShapes(shown), [screen, shown]);
  useEffect(() => screen?.overlay.highlight(marked), [screen, marked]);

  return (
    <section className="player panel" aria-label="Player">
      <div
        className="picture"
        data-editing={isEditing || undefined}
        data-highlighted={highlighted ?? undefined}
        data-shapes={shown.length}
        data-testid="picture"
        onPointerMove={(event) => onHighlight(screen?.overlay.placeAt(event.clientX, event.clientY) ?? null)}
        onPointerLeave={() => onHighlight(null)}
        style={{ aspectRatio: video ? `${video.width} / ${video.height}` : "16 / 9" }}
      >
        <canvas
          ref={canvases.picture}
          className="picture-canvas"
          role="img"
          aria-label={video ? `Picture of ${video.name}` : "Picture"}
          data-testid="player-canvas"
        />
        {video && moments.moment && <Recording key={video.id} video={video} moment={moments.moment} />}
        <canvas ref={canvases.boxes} className="overlay-canvas" aria-hidden="true" />
        {state.mark && !isEditing && !moments.moment && (
          <span className="live-mark" data-tone={state.badge.tone} data-testid="live-mark">
            <span className="dot" aria-hidden="true" />
            {state.mark}
          </span>
        )}
        {editor && <EditorLayer editor={editor} />}
      </div>
      {editor && <LeaveGuard isNeeded={editor.isChanged} onDiscard={editor.cancel} />}
      {editor ? (
        <EditorToolbar editor={editor} effect={effect} />
      ) : (
        <Controls
          button={state.button}
          boxesShown={boxesShown}
          onToggleBoxes={setBoxesShown}
          zonesShown={zonesShown}
          onToggleZones={setZonesShown}
          onStart={stream ? start : undefined}
          onStop={stream?.pressStop}
          onEdit={begin}
          isRecordingShown={moments.moment !== null}
          onToggleRecording={video && (() => (moments.moment ? moments.close() : moments.show(0)))}
        />
      )}
      <div className="stream-line" data-editing={isEditing || undefined}>
        <p role="status" data-testid="stream-line" data-tone={state.line.tone} data-kind={state.kind}>
          {state.line.text}
        </p>
        {/* Not a part of the status: it changes every second, and would be read aloud as often. */}
        <p className="stream-progress" data-testid="stream-progress">
          {state.progress}
        </p>
      </div>
    </section>
  );
}
