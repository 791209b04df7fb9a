import { useCardMetrics } from "../api/queries";
import type { Video, VideoMetrics } from "../contract";
import { Link, paths } from "../routing/router";
import { clock, percent } from "../ui/format";
import { TrashIcon } from "../ui/icons";
import { StatusBadge } from "./status-badge";

export function VideoCard({ video, onDelete }: { video: Video; onDelete: () => void }) {
  const metrics = useCardMetrics(video).data;
  return (
    <article className="card" data-testid="video-card" data-video-id={video.id} data-status={video.status}>
      <div className="thumb">
        <img src={video.thumbnail_url} alt="" loading="lazy" width={video.width} height={video.height} />
        <span className="duration">{clock(video.duration_s)}</span>
        {metrics && <progress className="coverage-edge" value={metrics.coverage.fraction} aria-hidden="true" />}
      </div>
      <div className="card-body">
        <h2>
          <Link className="card-link" href={paths.video(video.id)} title={video.name}>
            {video.name}
          </Link>
        </h2>
        <div className="card-line">
          <StatusBadge video={video} />
          <CardNumbers video={video} metrics={metrics} />
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

function CardNumbers({ video, metrics }: { video: Video; metrics: VideoMetrics | undefined }) {
  if (video.status === "failed") return <span className="card-reason">{video.status_reason}</span>;
  if (!metrics || metrics.source === "none") return null;
  const live = video.status === "streaming";
  return (
    <span className="card-numbers" data-testid="card-numbers">
      <strong>{metrics.total_vehicles_count}</strong> {metrics.total_vehicles_count === 1 ? "vehicle" : "vehicles"}
      {live && (
        <>
          {", "}
          <strong>{metrics.current_vehicles_count}</strong> inside
        </>
      )}
      {!live && metrics.coverage.fraction < 1 && <span>, {percent(metrics.coverage.fraction)} analysed</span>}
    </span>
  );
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
