import { useEffect, useState } from "react";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import { RoiLayer } from "../roi/roi-layer";
import { RoiToolbar } from "../roi/roi-toolbar";
import { useRoiDraft } from "../roi/use-roi-draft";
import { Controls } from "./controls";
import { useRefetchOnChange } from "./use-refetch-on-change";
import { useLiveMetrics } from "./use-live-metrics";
import { useScreen } from "./use-screen";
import { useStream } from "./use-stream";

/** The picture of one video and its controls. It stays mounted while videos are switched. */
export function Player({ videoId, video }: { videoId: string; video: Video | undefined }) {
  const { picture, boxes, screen } = useScreen();
  const { stream, state } = useStream(videoId, screen?.painter ?? null);
  const [boxesShown, setBoxesShown] = useState(true);
  const roi = useRoiDraft(video);
  useLiveMetrics(stream);
  useRefetchOnChange(videoId, state);
  useEffect(() => {
    if (stream && video?.id === videoId) screen?.painter.setThumbnail(video.thumbnail_url);
  }, [screen, stream, videoId, video?.id, video?.thumbnail_url]);
  useEffect(() => screen?.overlay.setVisible(boxesShown && !roi.drawing), [screen, boxesShown, roi.drawing]);

  return (
    <section className="player panel" aria-label="Player">
      <div
        className="picture"
        data-drawing={roi.drawing || undefined}
        style={{ aspectRatio: video ? `${video.width} / ${video.height}` : "16 / 9" }}
      >
        <canvas
          ref={picture}
          className="picture-canvas"
          role="img"
          aria-label={video ? `Picture of ${video.name}` : "Picture"}
          data-testid="player-canvas"
        />
        <canvas ref={boxes} className="overlay-canvas" aria-hidden="true" />
        {state.showsFrame && !roi.drawing && (
          <span className="live-mark">
            <span className="dot" aria-hidden="true" />
            Live
          </span>
        )}
        {roi.drawing && <RoiLayer draft={roi} />}
      </div>
      {roi.drawing ? (
        <RoiToolbar draft={roi} />
      ) : (
        <Controls
          state={state}
          boxesShown={boxesShown}
          onToggleBoxes={setBoxesShown}
          onStart={stream?.pressStart}
          onStop={stream?.pressStop}
          onDraw={video && !state.isMissing ? roi.begin : undefined}
        />
      )}
      <p className="stream-line" role="status" data-testid="stream-line" data-tone={state.line?.tone ?? "calm"}>
        {state.line?.text ?? "Press Start Stream to watch and count vehicles."}{" "}
        {state.isMissing && <Link href={paths.list}>All videos</Link>}
      </p>
    </section>
  );
}
