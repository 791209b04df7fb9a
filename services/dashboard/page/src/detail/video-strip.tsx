import { useEffect, useRef } from "react";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import { useVideoState } from "../state/use-video-state";
import type { VideoState } from "../state/video-state";
import { clock } from "../ui/format";
import { useSwitchable } from "./detail-header";

/** Room for the ring around the open video. */
const RING_PX = 4;

/** All videos beside the open one; a click switches. */
export function VideoStrip({ currentId, current }: { currentId: string; current: VideoState }) {
  const videos = useSwitchable();
  const strip = useRef<HTMLUListElement>(null);
  const known = videos.some((video) => video.id === currentId);
  useEffect(() => {
    const item = strip.current?.querySelector("[aria-current]");
    if (strip.current && item) reveal(strip.current, item);
  }, [currentId, known]);
  return (
    <nav className="strip" aria-label="Videos">
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

/** Scrolls the strip only: `scrollIntoView` would scroll the whole page down to a strip below the player. */
function reveal(strip: HTMLElement, item: Element): void {
  const [view, box] = [strip.getBoundingClientRect(), item.getBoundingClientRect()];
  strip.scrollBy({
    left: beyond(view.left, view.right, box.left, box.right),
    top: beyond(view.top, view.bottom, box.top, box.bottom),
  });
}

/** How far the box is outside of the view; 0 when it is inside. */
function beyond(viewStart: number, viewEnd: number, start: number, end: number): number {
  if (start < viewStart) return start - viewStart - RING_PX;
  return end > viewEnd ? end - viewEnd + RING_PX : 0;
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
        <img src={video.thumbnail_url} alt="" loading="lazy" width={video.width} height={video.height} />
        <span className="duration">{clock(video.duration_s)}</span>
      </span>
      <span className="strip-name">
        <span className="dot" aria-hidden="true" />
        <span>{video.name}</span>
      </span>
    </Link>
  );
}
