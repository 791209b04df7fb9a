import { useDeletions } from "../api/mutations";
import { useVideos } from "../api/queries";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import type { VideoState } from "../state/video-state";
import { bytes, clock, fps } from "../ui/format";
import { BackIcon, NextIcon } from "../ui/icons";
import { StatusBadge } from "../videos/status-badge";

interface Props {
  id: string;
  video: Video | undefined;
  state: VideoState;
}

export function DetailHeader({ id, video, state }: Props) {
  return (
    <div className="detail-head">
      <div className="detail-title">
        <Link className="back-link" href={paths.list}>
          <BackIcon />
          All videos
        </Link>
        <h1>{video?.name ?? <span className="skeleton line wide" />}</h1>
        {video && (
          <p className="facts">
            <StatusBadge state={state} reason={video.status_reason} />
            <span>{clock(video.duration_s)}</span>
            <span>
              {video.width} × {video.height}
            </span>
            <span>{fps(video.fps)}</span>
            <span>{bytes(video.size_bytes)}</span>
          </p>
        )}
      </div>
      <Neighbours id={id} />
    </div>
  );
}

/** The videos that can be switched to, in the order of the list. */
export function useSwitchable(): Video[] {
  const deletions = useDeletions();
  const pages = useVideos().data?.pages ?? [];
  return pages.flatMap((page) => page.items).filter((video) => !deletions.has(video.id));
}

function Neighbours({ id }: { id: string }) {
  const videos = useSwitchable();
  const at = videos.findIndex((video) => video.id === id);
  return (
    <nav className="neighbours" aria-label="Switch video">
      <Neighbour video={videos[at - 1]} label="Previous video" testId="previous-video" icon={<BackIcon />} />
      <Neighbour
        video={at < 0 ? undefined : videos[at + 1]}
        label="Next video"
        testId="next-video"
        icon={<NextIcon />}
      />
    </nav>
  );
}

interface NeighbourProps {
  video: Video | undefined;
  label: string;
  testId: string;
  icon: React.ReactNode;
}

function Neighbour({ video, label, testId, icon }: NeighbourProps) {
  if (!video) {
    return (
      <span className="icon-button" aria-disabled="true" data-testid={testId}>
        {icon}
      </span>
    );
  }
  const title = `${label}: ${video.name}`;
  return (
    <Link className="icon-button" href={paths.video(video.id)} aria-label={title} title={title} data-testid={testId}>
      {icon}
    </Link>
  );
}
