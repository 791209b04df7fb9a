import { useEffect } from "react";
import type { Video } from "../contract";
import { whenPainted } from "../ui/first-paint";
import type { Stream } from "./stream";
import type { StreamState } from "./stream-state";
import { useLiveMetrics } from "./use-live-metrics";
import { useRefetchOnChange } from "./use-refetch-on-change";
import { type Canvases, type PlayerScreen, useScreen } from "./use-screen";
import { useShownFrames } from "./use-shown-frames";
import { useStream } from "./use-stream";

export interface Watching {
  canvases: Canvases;
  screen: PlayerScreen | null;
  stream: Stream | null;
  streamState: StreamState;
}

/** Opens a video on the page: its channel, its pictures (`maxFps` a second; null: all), its live numbers. */
export function useWatching(videoId: string, video: Video | undefined, maxFps: number | null = null): Watching {
  const { screen, ...canvases } = useScreen();
  const { stream, state } = useStream(videoId, screen?.painter ?? null);
  useShownFrames(stream, canvases.picture, maxFps);
  useLiveMetrics(stream);
  useRefetchOnChange(videoId, state);
  useEffect(() => {
    const url = video?.id === videoId ? video.thumbnail_url : undefined;
    if (!stream || !screen || url === undefined) return undefined;
    return whenPainted(() => screen.painter.setThumbnail(url));
  }, [screen, stream, videoId, video?.id, video?.thumbnail_url]);
  return { canvases, screen, stream, streamState: state };
}
