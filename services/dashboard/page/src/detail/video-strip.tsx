import { useEffect, useRef } from "react";
import { useDeletions } from "../api/mutations";
import { useVideo } from "../api/queries";
import { useNeighbours } from "../api/video-list";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import { useVideoState } from "../state/use-video-state";
import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { useIsPainted } from "../ui/first-paint";
import { clock } from "../ui/format";
import { reveal } from "../ui/reveal";
import { currentView } from "../videos/kept-view";

/** The open video and those around it in the list; a click switches. */
export function VideoStrip({ currentId, current }: { currentId: string; current: VideoState }) {
  const videos = useAround(currentId);
  const strip = useRef<HTMLUListElement>(null);
  const place = videos.findIndex((video) => video.id === currentId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current video may be another one, or at another place in the list
  useEffect(() => {
    // When the browser lays the page out anyway: asking for places at once would have it done within the drawing of the page.
    const frame = requestAnimationFrame(() => {
      const item = strip.current?.querySelector("[aria-current]");
      if (strip.current && item) reveal(strip.current, item);
    });
    return () => cancelAnimationFrame(frame);
  }, [currentId, place]);
  return (
    <nav className="strip" aria-label={texts.app.videos}>
      <ul ref={strip}>
        {videos.map((video) => (
          <li key={video.id}>
            {video.id === currentId ? <OpenItem video={video} state={current} /> : <OtherItem video={video} />}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function useAround(id: string): Video[] {
  const deletions = useDeletions();
  const video = useVideo(id).data;
  const { before = [], after = [] } = useNeighbours(id, currentView()).data ?? {};
  return [...before, ...(video ? [video] : []), ...after].filter((each) => !deletions.has(each.id));
}

function OpenItem({ video, state }: { video: Video; state: VideoState }) {
  return <StripItem video={video} state={state} isOpen />;
}

function OtherItem({ video }: { video: Video }) {
  const { state } = useVideoState(video, undefined, 0, null);
  return <StripItem video={video} state={state} isOpen={false} />;
}

function StripItem({ video, state, isOpen }: { video: Video; state: VideoState; isOpen: boolean }) {
  return (
    <Link
      className="strip-item"
      href={paths.video(video.id)}
      aria-current={isOpen ? "page" : undefined}
      data-testid="switch-video"
      data-video-id={video.id}
      data-kind={state.kind}
      data-moving={state.badge.isMoving || undefined}
      title={`${video.name}: ${state.badge.text}`}
    >
      <span className="thumb">
        <img
          src={useIsPainted() ? video.thumbnail_url : undefined}
          alt=""
          loading="lazy"
          width={video.width}
          height={video.height}
        />
        <span className="duration">{clock(video.duration_s)}</span>
      </span>
      <span className="strip-name">
        <span className="dot" aria-hidden="true" />
        <span>{video.name}</span>
      </span>
    </Link>
  );
}
