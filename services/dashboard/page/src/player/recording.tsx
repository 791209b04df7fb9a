import { useEffect, useRef, useState } from "react";
import type { Video } from "../contract";

/** A request to show a moment; a new object for each, also for the same moment again. */
export interface Moment {
  atS: number;
  /** From a click, not from the address of the page. */
  plays: boolean;
}

interface Props {
  video: Video;
  moment: Moment;
}

/** The recording itself, by the browser's own player, at a moment. */
export function Recording({ video, moment }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  const [isUnplayable, setUnplayable] = useState(false);
  useEffect(() => {
    const player = element.current;
    if (!player) return;
    player.currentTime = moment.atS;
    // The browser may refuse to play before somebody has touched the page: then it stays paused at the moment.
    if (moment.plays) void player.play().catch(() => undefined);
  }, [moment]);
  if (isUnplayable) {
    return (
      <p className="recording-problem" role="alert" data-testid="recording-problem">
        This browser cannot play the recording. <a href={video.content_url}>Download it</a> to watch it with another
        program, or press Start Stream.
      </p>
    );
  }
  return (
    <video
      ref={element}
      className="recording"
      src={video.content_url}
      controls
      muted
      playsInline
      preload="metadata"
      aria-label={`Recording of ${video.name}`}
      onError={() => setUnplayable(true)}
      data-testid="recording"
    />
  );
}
