import { useCardMetrics, useNewestFinished } from "../api/queries";
import type { Video } from "../contract";
import { type Runs, runsOf } from "../detail/runs";
import { Link, paths } from "../routing/router";
import { useVideoState } from "../state/use-video-state";
import type { VideoState } from "../state/video-state";
import { clock, count, percent } from "../ui/format";
import { TrashIcon } from "../ui/icons";
import { StatusBadge } from "./status-badge";

interface Props {
  video: Video;
  /** The list could not be requested again. */
  isOutOfDate: boolean;
  onDelete: () => void;
}

export function VideoCard({ video, isOutOfDate, onDelete }: Props) {
  const metrics = useCardMetrics(video);
  const finished = useNewestFinished(video, metrics.data);
  const { state } = useVideoState(video, metrics.data, metrics.dataUpdatedAt, null, isOutOfDate);
  const runs = runsOf(metrics.data, finished.data);
  const coverage = metrics.data?.coverage.fraction;
  return (
    <article className="card" data-testid="video-card" data-video-id={video.id} data-kind={state.kind}>
      <div className="thumb">
        <img src={video.thumbnail_url} alt="" loading="lazy" width={video.width} height={video.height} />
        <span className="duration">{clock(video.duration_s)}</span>
        {coverage !== undefined && <progress className="coverage-edge" value={coverage} aria-hidden="true" />}
      </div>
      <div className="card-body">
        <h2>
          <Link className="card-link" href={paths.video(video.id)} title={video.name}>
            {video.name}
          </Link>
        </h2>
        <div className="card-line">
          <StatusBadge state={state} reason={video.status_reason} />
          {state.kind === "failed" && !runs.finished.length ? (
            <span className="card-reason">{video.status_reason}</span>
          ) : (
            <CardNumbers state={state} runs={runs} isPending={finished.isLoading} />
          )}
        </div>
      </div>
      <button
        type="button"
        className="icon-button card-delete"
        data-testid="delete-video"
        aria-label={`Delete ${video.name}`}
        title="Delete"
        onClick={onDelete}
      >
        <TrashIcon />
      </button>
    </article>
  );
}

/** The newest finished results, and beside them how far a newer run is. */
function CardNumbers({ state, runs, isPending }: { state: VideoState; runs: Runs; isPending: boolean }) {
  const { current } = runs;
  const results = runs.finished[0];
  if (isPending || (!results && !current)) return null;
  return (
    <span className="card-numbers" data-testid="card-numbers" data-fed={results ? undefined : state.isFed}>
      {results ? <Vehicles number={results.total_vehicles_count} /> : null}
      {!results && current && <Vehicles number={current.total_vehicles_count} />}
      {!results && current && state.isFed && (
        <>
          , <strong>{current.current_vehicles_count}</strong> inside
        </>
      )}
      {current && (!results && state.isFed ? null : <span className="card-newer">{newer(results !== undefined, current)}</span>)}
    </span>
  );
}

function Vehicles({ number }: { number: number }) {
  return (
    <>
      <strong>{number}</strong> {count(number, "vehicle").split(" ")[1]}
    </>
  );
}

function newer(hasResults: boolean, { coverage }: NonNullable<Runs["current"]>): string {
  const share = percent(coverage.fraction);
  return hasResults ? `, new run ${share}` : `, ${share} analysed`;
}

const SKELETONS = [1, 2, 3, 4, 5, 6];

export function CardSkeletons() {
  return (
    <ul className="cards" aria-label="Loading videos" aria-busy="true">
      {SKELETONS.map((number) => (
        <li key={number} className="card" aria-hidden="true">
          <div className="thumb skeleton" />
          <div className="card-body">
            <div className="skeleton line wide" />
            <div className="skeleton line" />
          </div>
        </li>
      ))}
    </ul>
  );
}
