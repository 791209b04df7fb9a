import { useEffect, useRef } from "react";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import { clock } from "../ui/format";
import { useSwitchable } from "./detail-head";

/** All videos beside the open one: one click switches. */
export function Strip({ currentId }: { currentId: string }) {
  const videos = useSwitchable();
  return (
    <nav className="strip" aria-label="Videos">
      <ul>
        {videos.map((video) => (
          <li key={video.id}>
            <StripItem video={video} current={video.id === currentId} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function StripItem({ video, current }: { video: Video; current: boolean }) {
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current) item.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <div ref={item}>
      <Link
        className="strip-item"
        href={paths.video(video.id)}
        aria-current={current ? "page" : undefined}
        data-testid="switch-video"
        data-video-id={video.id}
        data-status={video.status}
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
    </div>
  );
}
