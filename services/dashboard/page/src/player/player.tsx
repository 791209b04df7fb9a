import { useEffect, useState } from "react";
import type { Video } from "../contract";
import { RoiLayer } from "../roi/roi-layer";
import { RoiToolbar } from "../roi/roi-toolbar";
import { useRoiDraft } from "../roi/use-roi-draft";
import type { VideoState } from "../state/video-state";
import type { PlaceKey, Shape } from "../site/shapes";
import { Controls } from "./controls";
import type { Watching } from "./use-watching";

interface Props {
  video: Video | undefined;
  watching: Watching;
  state: VideoState;
  shapes: readonly Shape[];
  highlighted: PlaceKey | null;
  onHighlight: (key: PlaceKey | null) => void;
}

const NONE: readonly Shape[] = [];

/** The picture of one video and its controls. It stays mounted while videos are switched. */
export function Player({ video, watching, state, shapes, highlighted, onHighlight }: Props) {
  const { canvases, screen, stream } = watching;
  const [boxesShown, setBoxesShown] = useState(true);
  const roi = useRoiDraft(video);
  const [zonesShown, setZonesShown] = useState(true);
  const shown = zonesShown && !roi.drawing ? shapes : NONE;
  useEffect(() => screen?.overlay.setBoxesVisible(boxesShown && !roi.drawing), [screen, boxesShown, roi.drawing]);
  useEffect(() => screen?.overlay.setShapes(shown), [screen, shown]);
  useEffect(() => screen?.overlay.highlight(highlighted), [screen, highlighted]);

  return (
    <section className="player panel" aria-label="Player">
      <div
        className="picture"
        data-drawing={roi.drawing || undefined}
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
        <canvas ref={canvases.boxes} className="overlay-canvas" aria-hidden="true" />
        {state.mark && !roi.drawing && (
          <span className="live-mark" data-tone={state.badge.tone} data-testid="live-mark">
            <span className="dot" aria-hidden="true" />
            {state.mark}
          </span>
        )}
        {roi.drawing && <RoiLayer draft={roi} />}
      </div>
      {roi.drawing ? (
        <RoiToolbar draft={roi} />
      ) : (
        <Controls
          button={state.button}
          boxesShown={boxesShown}
          onToggleBoxes={setBoxesShown}
          zonesShown={zonesShown}
          onToggleZones={setZonesShown}
          onStart={stream?.pressStart}
          onStop={stream?.pressStop}
          onDraw={video && state.kind !== "deleted" ? roi.begin : undefined}
        />
      )}
      <div className="stream-line" data-drawing={roi.drawing || undefined}>
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
