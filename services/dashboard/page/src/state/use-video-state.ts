import { useEffect, useRef, useState } from "react";
import { useQueuePosition } from "../api/video-list";
import type { Video, VideoMetrics } from "../contract";
import { useIsCutOff } from "../channel/channel-context";
import type { StreamState } from "../player/stream-state";
import { mayStart } from "../session/rights";
import { useRight } from "../session/session-context";
import { observe, type Progress } from "./progress";
import { isQueued, type VideoState, videoState } from "./video-state";

const TICK_MS = 1000;

export interface Followed {
  state: VideoState;
  /** Of the run in progress. */
  progress: Progress | null;
}

/** The state of a video, from everything that this page knows of it. `metrics` are of the newest run, as of `atMs`. */
export function useVideoState(
  video: Video | undefined,
  metrics: VideoMetrics | undefined,
  atMs: number,
  stream: StreamState | null,
  isOutOfDate = false,
): Followed {
  const isCutOff = useIsCutOff() || isOutOfDate;
  const progress = useProgress(metrics, atMs);
  const nowMs = useNow(progress !== null && video?.status !== "finished");
  const queuePosition = useQueuePosition(video?.id, isQueued(video));
  const known = { video, stream, progress, isCutOff, nowMs, queuePosition, mayStart: useRight(mayStart) };
  return { state: videoState(known), progress };
}

function useProgress(metrics: VideoMetrics | undefined, atMs: number): Progress | null {
  const known = useRef<{ videoId: string; progress: Progress } | null>(null);
  if (metrics?.state !== "running") {
    known.current = null;
    return null;
  }
  const { video_id: videoId, run_id: runId, coverage } = metrics;
  const before = known.current?.videoId === videoId ? known.current.progress : null;
  const seen = { runId, positionS: coverage.analysed_s, durationS: coverage.duration_s, atMs };
  known.current = { videoId, progress: observe(before, seen) };
  return known.current.progress;
}

/** Renders again every second, for what becomes true because time passes. */
function useNow(isNeeded: boolean): number {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [isNeeded]);
  return Date.now();
}
