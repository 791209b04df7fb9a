import { Suspense, useEffect, useMemo, useRef } from "react";
import type { Video } from "../contract";
import type { ShownRun } from "../detail/runs";
import { draftShapes, problemOf } from "../site/draft";
import { EditorLayer } from "../site/editor-layer";
import { LeaveGuard } from "../site/leave-guard";
import type { PlaceKey, Shape } from "../site/shapes";
import type { SiteEditing } from "../site/use-site-draft";
import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { lazyPart } from "../ui/lazy-part";
import { useToast } from "../ui/toasts";
import { Controls } from "./controls";
import { type Layers, useLayers } from "./layers";
import { PlaybackBar } from "./playback-bar";
import { Recording } from "./recording";
import { hasPictureInPicture, showInWindow, useFullScreen } from "./screen-modes";
import { useLoggedBoxes } from "./use-logged-boxes";
import type { MomentChoice } from "./use-moment";
import { type Playback, usePlayback } from "./use-playback";
import type { Watching } from "./use-watching";

// Not needed by most visits.
const EditorToolbar = lazyPart(() => import("../site/editor-toolbar"));

interface Props {
  video: Video | undefined;
  watching: Watching;
  state: VideoState;
  /** Whose boxes are drawn over the recording. */
  run: ShownRun | null;
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
/** While it plays: browsers refuse an address that changes with every picture. */
const REMEMBERED_EVERY_S = 1;

/** The picture of one video and its controls. It stays mounted while videos are switched. */
export function Player(props: Props) {
  const { video, watching, state, run, shapes, moments, editing, effect, highlighted, onHighlight } = props;
  const { canvases, screen, stream } = watching;
  const section = useRef<HTMLElement>(null);
  const logged = useRef<HTMLCanvasElement>(null);
  const toast = useToast();
  const [layers, showLayer] = useLayers();
  const [isFull, toggleFullScreen] = useFullScreen(section);
  const playback = usePlayback(video, moments.moment);
  const { editor, begin } = editing;
  const isEditing = editor !== null;
  const start = (): void => {
    if (moments.moment) moments.close();
    stream?.pressStart();
  };
  // Boxes are those of the stream.
  const areBoxesShown = layers.boxes && !isEditing && !moments.moment;
  const isPlayed = moments.moment !== null && video !== undefined;
  const draft = editor?.draft;
  const drawn = useMemo(() => draft && draftShapes(draft, problemOf(draft)), [draft]);
  const shown = drawn ?? (layers.zones ? shapes : NONE);
  const marked = editor ? (editor.draft.selected as PlaceKey) : highlighted;
  useEffect(() => screen?.overlay.setBoxesVisible(areBoxesShown), [screen, areBoxesShown]);
  const areTrailsShown = layers.trails && !isEditing && !moments.moment;
  useEffect(() => screen?.overlay.setTrailsVisible(areTrailsShown), [screen, areTrailsShown]);
  useEffect(() => screen?.overlay.setLabelsVisible(layers.labels), [screen, layers.labels]);
  useEffect(() => screen?.overlay.setShapes(shown), [screen, shown]);
  useEffect(() => screen?.overlay.highlight(marked), [screen, marked]);

  const { timeS, isPlaying } = playback.state;
  const remembered = useRef(0);
  useEffect(() => {
    if (timeS === 0 || (isPlaying && Math.abs(timeS - remembered.current) < REMEMBERED_EVERY_S)) return;
    remembered.current = timeS;
    moments.remember(playback.momentS);
  }, [isPlaying, timeS, playback.momentS, moments]);
  const showWindow = (): void => {
    if (!section.current) return;
    showInWindow(section.current, canvases.picture.current).catch(() =>
      toast({ tone: "calm", text: texts.player.noPictureInPicture }),
    );
  };

  return (
    <section className="player panel" aria-label={texts.player.label} ref={section} data-full={isFull || undefined}>
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
          aria-label={texts.player.picture(video?.name)}
          data-testid="player-canvas"
        />
        {isPlayed && <Recording key={`${video.id} ${playback.mode}`} video={video} playback={playback} />}
        {isPlayed && <canvas ref={logged} className="overlay-canvas" aria-hidden="true" data-testid="logged-boxes" />}
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
        <>
          {isPlayed && <PlaybackBar video={video} run={run} playback={playback} hasLog={null} onFullScreen={toggleFullScreen} />}
          <Suspense fallback={<div className="skeleton block" />}>
            <EditorToolbar
              editor={editor}
              effect={effect}
              onChoosePicture={video && !isPlayed ? () => moments.showStill(0) : undefined}
            />
          </Suspense>
        </>
      ) : (
        <>
          {isPlayed && (
            <LoggedPlayback
              canvas={logged}
              video={video}
              run={run}
              playback={playback}
              layers={layers}
              onFullScreen={toggleFullScreen}
            />
          )}
          <Controls
            button={state.button}
            layers={layers}
            onToggleLayer={showLayer}
            onStart={stream ? start : undefined}
            onStop={stream?.pressStop}
            onEdit={begin}
            isRecordingShown={moments.moment !== null}
            onToggleRecording={video && (() => (moments.moment ? moments.close() : moments.show(0)))}
            isFull={isFull}
            onFullScreen={toggleFullScreen}
            onWindow={hasPictureInPicture() && (isPlayed || state.mark !== null) ? showWindow : undefined}
          />
        </>
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

interface LoggedPlaybackProps {
  canvas: React.RefObject<HTMLCanvasElement | null>;
  video: Video;
  run: ShownRun | null;
  playback: Playback;
  layers: Layers;
  onFullScreen: () => void;
}

/** The controls of the recording, and the boxes over it. */
function LoggedPlayback({ canvas, video, run, playback, layers, onFullScreen }: LoggedPlaybackProps) {
  const hasLog = useLoggedBoxes(canvas, video, run, playback, layers);
  return <PlaybackBar video={video} run={run} playback={playback} hasLog={hasLog} onFullScreen={onFullScreen} />;
}
