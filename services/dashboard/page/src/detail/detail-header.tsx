import { Suspense, useState } from "react";
import { useDeletions } from "../api/mutations";
import { useNeighbours } from "../api/video-list";
import type { Video } from "../contract";
import { momentIn } from "../player/moment";
import { Link, paths } from "../routing/router";
import { mayShare } from "../session/rights";
import { useRight } from "../session/session-context";
import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { bytes, clock, fps } from "../ui/format";
import { BackIcon, LinkIcon, NextIcon, PrintIcon } from "../ui/icons";
import { lazyPart } from "../ui/lazy-part";
import { currentView } from "../videos/kept-view";
import { StatusBadge } from "../videos/status-badge";

const ShareDialog = lazyPart(() => import("../accounts/share-dialog"));

interface Props {
  id: string;
  video: Video | undefined;
  state: VideoState;
  onPrint: () => void;
}

export function DetailHeader({ id, video, state, onPrint }: Props) {
  return (
    <div className="detail-head">
      <div className="detail-title">
        <Link className="back-link" href={paths.list}>
          <BackIcon />
          {texts.app.allVideos}
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
      <div className="detail-actions">
        <button type="button" className="button small" onClick={onPrint} title={texts.detail.print} data-testid="print-report">
          <PrintIcon />
          <span className="action-text">{texts.detail.print}</span>
        </button>
        {useRight(mayShare) && video && <ShareButton video={video} />}
        <Neighbours id={id} />
      </div>
    </div>
  );
}

function ShareButton({ video }: { video: Video }) {
  // The moment of the recording that was shown when it was pressed.
  const [shared, setShared] = useState<{ momentS: number | null } | null>(null);
  return (
    <>
      <button
        type="button"
        className="button small"
        onClick={() => setShared({ momentS: momentIn(location.search) })}
        title={texts.accounts.share}
        data-testid="share"
      >
        <LinkIcon />
        <span className="action-text">{texts.accounts.share}</span>
      </button>
      {shared && (
        <Suspense>
          <ShareDialog video={video} momentS={shared.momentS} onClose={() => setShared(null)} />
        </Suspense>
      )}
    </>
  );
}

function Neighbours({ id }: { id: string }) {
  const deletions = useDeletions();
  const { before = [], after = [] } = useNeighbours(id, currentView()).data ?? {};
  const kept = (video: Video | undefined) => (video && deletions.has(video.id) ? undefined : video);
  return (
    <nav className="neighbours" aria-label={texts.numbers.switchVideo}>
      <Neighbour video={kept(before.at(-1))} label={texts.numbers.previousVideo} testId="previous-video" icon={<BackIcon />} />
      <Neighbour video={kept(after[0])} label={texts.numbers.nextVideo} testId="next-video" icon={<NextIcon />} />
    </nav>
  );
}

interface NeighbourProps {
  video: Video | undefined;
  label: (name: string) => string;
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
  const title = label(video.name);
  return (
    <Link className="icon-button" href={paths.video(video.id)} aria-label={title} title={title} data-testid={testId}>
      {icon}
    </Link>
  );
}
