import { useState } from "react";
import type { Video } from "../contract";
import { texts } from "../texts";
import type { Playback } from "./use-playback";

/** A request to show a moment; a new object for each, also for the same moment again. */
export interface Moment {
  atS: number;
  /** From a click, not from the address of the page. */
  plays: boolean;
}

/** The recording: by the browser's player, or as pictures from the server where the browser cannot play it. */
export function Recording({ video, playback }: { video: Video; playback: Playback }) {
  const [isMissing, setMissing] = useState(false);
  if (playback.mode === "video") {
    return (
      <video
        ref={playback.attachVideo}
        className="recording"
        src={video.content_url}
        muted
        playsInline
        preload="auto"
        aria-label={texts.player.recordingOf(video.name)}
        onError={playback.fail}
        onClick={() => toggle(playback)}
        data-testid="recording"
      />
    );
  }
  return (
    <>
      <img
        ref={playback.attachPicture}
        className="recording"
        alt={texts.player.recordingOf(video.name)}
        onError={() => setMissing(true)}
        onLoad={() => setMissing(false)}
        data-testid="recording-picture"
      />
      <p className="recording-problem" data-missing={isMissing || undefined} role="status" data-testid="recording-problem">
        {isMissing ? texts.player.notThere : texts.player.unplayable} <a href={video.content_url}>{texts.player.download}</a>
      </p>
    </>
  );
}

export function toggle(playback: Playback): void {
  const media = playback.media();
  if (media?.isPlaying) media.pause();
  else media?.play();
}
