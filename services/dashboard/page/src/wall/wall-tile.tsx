import { type CSSProperties, useEffect, useMemo } from "react";
import { RequestFailed, reasonOf } from "../api/http";
import { useMetrics, useNewestFinished, useSite, useVideo } from "../api/queries";
import { ChannelProvider } from "../channel/channel-context";
import { runsOf } from "../detail/runs";
import { useWatching } from "../player/use-watching";
import { Link, paths } from "../routing/router";
import { mayStart } from "../session/rights";
import { useRight } from "../session/session-context";
import { shapesOf } from "../site/shapes";
import { useVideoState } from "../state/use-video-state";
import { texts } from "../texts";
import { CloseIcon, PlayIcon, StopIcon } from "../ui/icons";
import { StatusBadge } from "../videos/status-badge";
import { useTileChannel } from "./use-tile-channel";

interface Props {
  id: string;
  /** Grows with each press of "Start all" and "Stop all", and says which was pressed. */
  command: { no: number; wanted: boolean };
  /** Of its picture; null: all. */
  maxFps: number | null;
  onRemove: () => void;
}

/** A video on the wall: its picture, its state and its two numbers, over a connection of its own. */
export function WallTile(props: Props) {
  const channel = useTileChannel();
  return (
    <li className="wall-tile" data-testid="wall-tile" data-video-id={props.id}>
      {channel && (
        <ChannelProvider value={channel}>
          <Tile {...props} />
        </ChannelProvider>
      )}
    </li>
  );
}

function Tile({ id, command, maxFps, onRemove }: Props) {
  const { data: video, error } = useVideo(id);
  const watching = useWatching(id, video, maxFps);
  const metrics = useMetrics(id);
  const { state } = useVideoState(video, metrics.data, metrics.dataUpdatedAt, watching.streamState);
  const { current, finished } = runsOf(metrics.data, useNewestFinished(video, metrics.data).data);
  // What runs is watched; as soon as it does not, it hides no results.
  const run = state.isFed ? (current ?? finished[0]) : (finished[0] ?? current);
  const { data: site } = useSite(id, video);
  const shapes = useMemo(() => shapesOf(site), [site]);
  const { canvases, screen, stream } = watching;
  useEffect(() => screen?.overlay.setShapes(shapes), [screen, shapes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a press of the button is a command, not a stream opened later
  useEffect(() => {
    if (!stream || !command.no) return;
    if (command.wanted) stream.pressStart();
    else stream.pressStop();
  }, [command]);
  const isMissing = state.kind === "deleted" || (error instanceof RequestFailed && error.status === 404);
  const isStarter = useRight(mayStart);
  const name = video?.name ?? "";
  const isStop = state.button.kind === "stop" || state.button.canCancel;
  return (
    <>
      <div className="wall-picture" style={{ "--ratio": video ? video.width / video.height : 16 / 9 } as CSSProperties}>
        <canvas
          ref={canvases.picture}
          className="picture-canvas"
          role="img"
          aria-label={texts.wall.picture(name)}
          data-testid="tile-canvas"
        />
        <canvas ref={canvases.boxes} className="overlay-canvas" aria-hidden="true" />
      </div>
      {(isMissing || (error && !video)) && (
        <p className="wall-tile-problem">{isMissing ? texts.state.lines.deleted : reasonOf(error!)}</p>
      )}
      <div className="wall-tile-bar">
        {state.line.tone === "bad" && !isMissing && (
          <p className="wall-tile-line" role="status">
            {state.line.text}
          </p>
        )}
        <Link className="wall-tile-name" href={paths.video(id)} title={name}>
          {name}
        </Link>
        {run && (
          <span className="wall-tile-numbers" data-fed={run === current ? state.isFed : undefined} data-testid="tile-numbers">
            {texts.wall.numbers(run.total_vehicles_count, run === current && state.isFed ? run.current_vehicles_count : null)}
          </span>
        )}
        <StatusBadge state={state} reason={video?.status_reason ?? null} />
      </div>
      <div className="wall-tile-buttons">
        {isStarter && (
          <button
            type="button"
            className="icon-button"
            aria-label={isStop ? texts.wall.stop(name) : texts.wall.start(name)}
            title={isStop ? texts.wall.stop(name) : texts.wall.start(name)}
            disabled={!stream || (!isStop && !state.button.isEnabled)}
            onClick={isStop ? stream?.pressStop : stream?.pressStart}
            data-testid="tile-start"
            data-state={state.button.kind}
          >
            {isStop ? <StopIcon /> : <PlayIcon />}
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={texts.wall.remove(name)}
          title={texts.wall.remove(name)}
          onClick={onRemove}
          data-testid="tile-remove"
        >
          <CloseIcon />
        </button>
      </div>
    </>
  );
}
