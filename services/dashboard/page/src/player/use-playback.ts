import { useEffect, useMemo, useRef, useState } from "react";
import { urls } from "../api/urls";
import type { Video } from "../contract";
import { type Media, type MediaEvents, PictureMedia, VideoMedia } from "./media";
import type { Moment } from "./recording";

export interface PlaybackState {
  timeS: number;
  isPlaying: boolean;
  rate: number;
}

export interface Playback {
  /** Pictures from the server where the browser cannot play the recording. */
  mode: "video" | "pictures";
  state: PlaybackState;
  /** What an address names to show this picture again. */
  momentS: number;
  /** For the element of the mode. */
  attachVideo: (element: HTMLVideoElement | null) => void;
  attachPicture: (element: HTMLImageElement | null) => void;
  /** The video element has failed. */
  fail: () => void;
  media: () => Media | null;
  /** Called with the time of each picture that is shown; returns its end. */
  watch: (onShown: (timeS: number) => void) => () => void;
}

const PICTURE_WIDTH = 1280;
const START: PlaybackState = { timeS: 0, isPlaying: false, rate: 1 };

/** The recording of a video, at the moment that is asked for. */
export function usePlayback(video: Video | undefined, moment: Moment | null): Playback {
  const [state, setState] = useState(START);
  const [unplayable, setUnplayable] = useState<string | null>(null);
  const media = useRef<Media | null>(null);
  const watchers = useRef(new Set<(timeS: number) => void>());
  const wanted = useRef<Moment | null>(null);
  wanted.current = moment;
  const mode = video && unplayable === video.id ? "pictures" : "video";

  // biome-ignore lint/correctness/useExhaustiveDependencies: of the video, only what the media are made of
  const handlers = useMemo(() => {
    const changed = (): void => {
      const now = media.current;
      setState(now ? { timeS: now.timeS, isPlaying: now.isPlaying, rate: now.rate } : START);
    };
    const events: MediaEvents = {
      onShown: (timeS) => {
        watchers.current.forEach((watcher) => watcher(timeS));
        // While it plays, its own events tell four times a second how far it is.
        if (!media.current?.isPlaying) changed();
      },
      onChanged: changed,
    };
    const attach = (made: Media | null): void => {
      media.current?.close();
      media.current = made;
      if (made && wanted.current) begin(made, wanted.current);
      changed();
    };
    const fail = (): void => {
      // The address that the server gave for the file may have expired: it gives another one.
      if (media.current instanceof VideoMedia && media.current.reload()) return;
      setUnplayable(video?.id ?? null);
    };
    return {
      attachVideo: (element: HTMLVideoElement | null) => {
        attach(element && new VideoMedia(element, events));
        // It may have failed since it was created: React tells of no event before the element is in the document.
        if (element?.error) fail();
      },
      attachPicture: (element: HTMLImageElement | null) =>
        attach(
          element && video
            ? new PictureMedia(
                (timeS) => loadPicture(element, urls.picture(video.id, timeS, PICTURE_WIDTH)),
                video.duration_s,
                () => performance.now(),
                events,
              )
            : null,
        ),
      fail,
      media: () => media.current,
      watch: (onShown: (timeS: number) => void) => {
        watchers.current.add(onShown);
        return () => watchers.current.delete(onShown);
      },
    };
  }, [video?.id, video?.duration_s]);

  useEffect(() => {
    if (moment && media.current) begin(media.current, moment);
  }, [moment]);
  const momentS = video ? (media.current?.momentS(video.fps) ?? 0) : 0;
  return { mode, state, momentS, ...handlers };
}

function begin(media: Media, moment: Moment): void {
  media.seek(moment.atS);
  if (moment.plays) media.play();
}

async function loadPicture(element: HTMLImageElement, url: string): Promise<void> {
  // `decode` of an element waits for the newest address it was given.
  element.src = url;
  await element.decode();
}
