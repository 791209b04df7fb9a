import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Tally } from "./contract";
import { type Action, JUMP_S } from "./shortcuts";

export const RATES = [0.1, 0.25, 0.5, 1, 2, 4];
const NORMAL = RATES.indexOf(1);
/** Offset into a frame: its exact start may still show the previous one. */
const INTO_FRAME = 0.25;

export interface Player {
  /** `ref` of the video element. */
  attach: (video: HTMLVideoElement | null) => void;
  video: HTMLVideoElement | null;
  /** A frame is shown, so marks can be set. */
  ready: boolean;
  playing: boolean;
  /** Why the browser cannot play the video. */
  problem: string | null;
  rate: number;
  now: () => number;
  pause: () => void;
  /** Seeks and pauses. */
  show: (atS: number) => void;
  seek: (atS: number) => void;
  act: (action: Action) => void;
  /** How far the person has watched; seeking ahead does not count. */
  watchedS: () => number;
}

/** `beginS`: where the person stopped last time. */
export function usePlayer({ fps, duration_s: durationS }: Tally, beginS: number): Player {
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [ready, setReady] = useState(false);
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [rate, setRate] = useState(NORMAL);
  const watched = useRef(beginS);
  const begin = useRef(beginS);

  useEffect(() => {
    if (!video) return;
    const listening = new AbortController();
    const on = (name: keyof HTMLMediaElementEventMap, then: () => void): void =>
      video.addEventListener(name, then, { signal: listening.signal });
    const watch = (): void => {
      if (video.currentTime <= watched.current + JUMP_S * 1.5) {
        watched.current = Math.max(watched.current, video.currentTime);
      }
    };
    on("loadedmetadata", () => {
      if (begin.current > 0) video.currentTime = begin.current;
    });
    on("loadeddata", () => setReady(true));
    on("play", () => setPlaying(true));
    on("pause", () => setPlaying(false));
    on("timeupdate", watch);
    on("ended", () => {
      if (watched.current >= durationS - 2 * JUMP_S) watched.current = durationS;
    });
    on("error", () => setProblem(video.error?.message || "The browser gives no reason."));
    return () => listening.abort();
  }, [video, durationS]);

  useEffect(() => {
    if (video) video.playbackRate = RATES[rate] ?? 1;
  }, [video, rate]);

  const seek = (atS: number): void => {
    if (video) video.currentTime = Math.min(Math.max(0, atS), durationS);
  };
  const show = (atS: number): void => {
    video?.pause();
    seek(atS);
  };
  const step = (frames: number): void => {
    if (!video) return;
    const number = Math.floor(video.currentTime * fps + 1e-3);
    show((number + frames + INTO_FRAME) / fps);
  };
  const toggle = (): void => {
    if (!video) return;
    if (video.paused)
      void video.play().catch(() => undefined); // `error` has the reason
    else video.pause();
  };
  const act = (action: Action): void => {
    if (action.do === "play") toggle();
    else if (action.do === "slower") setRate((now) => Math.max(0, now - 1));
    else if (action.do === "faster") setRate((now) => Math.min(RATES.length - 1, now + 1));
    else if (action.do === "frames") step(action.by);
    else if (action.do === "seconds" && video) seek(video.currentTime + action.by);
  };
  return {
    attach: setVideo,
    video,
    ready,
    playing,
    problem,
    rate: RATES[rate] ?? 1,
    now: () => video?.currentTime ?? 0,
    pause: () => video?.pause(),
    show,
    seek,
    act,
    watchedS: () => watched.current,
  };
}

/** The video time, updated with every drawn frame. */
export function useVideoTime({ video, playing }: Player): number {
  const follow = useCallback(
    (changed: () => void) => {
      if (!video) return () => undefined;
      let frame = 0;
      const tick = (): void => {
        changed();
        if (playing) frame = requestAnimationFrame(tick);
      };
      tick();
      for (const name of ["seeking", "seeked", "timeupdate", "loadeddata"]) video.addEventListener(name, changed);
      return () => {
        cancelAnimationFrame(frame);
        for (const name of ["seeking", "seeked", "timeupdate", "loadeddata"]) video.removeEventListener(name, changed);
      };
    },
    [video, playing],
  );
  return useSyncExternalStore(follow, () => video?.currentTime ?? 0);
}
