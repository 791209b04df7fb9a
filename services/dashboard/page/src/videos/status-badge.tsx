import type { Video, VideoStatus } from "../contract";

const STATUS_NAMES: Record<VideoStatus, string> = {
  ready: "Ready",
  streaming: "Live",
  paused: "Paused",
  finished: "Finished",
  failed: "Failed",
};

export function StatusBadge({ video }: { video: Video }) {
  const queued = video.analysis !== null && (video.status === "ready" || video.status === "paused");
  return (
    <span className="badge" data-status={video.status} title={video.status_reason ?? undefined}>
      <span className="dot" aria-hidden="true" />
      {queued ? "Queued" : STATUS_NAMES[video.status]}
    </span>
  );
}
