/** How a run gets on: its position, its speed in comparison with the video, and when it was last heard of. */

export interface Observation {
  runId: string | null;
  /** Video time analysed so far. */
  positionS: number;
  durationS: number;
  /** Milliseconds since 1970. */
  atMs: number;
}

export interface Progress {
  runId: string | null;
  positionS: number;
  durationS: number;
  /** Seconds of video in a second; null until it can be told. */
  speed: number | null;
  /** At this speed. */
  leftS: number | null;
  /** When the position last changed, else when it was first seen. */
  changedAtMs: number;
  /** The position has changed since this page knows the run. */
  hasMoved: boolean;
  samples: readonly Sample[];
}

interface Sample {
  positionS: number;
  atMs: number;
}

/** Long enough for the jitter of batches, short enough to show that a machine got slower. */
const WINDOW_MS = 8000;
const SHORTEST_MS = 2000;

/** The progress after an observation; the same object if it tells nothing new. */
export function observe(known: Progress | null, seen: Observation): Progress {
  const { runId, positionS, durationS, atMs } = seen;
  if (!known || known.runId !== runId || positionS < known.positionS) return first(seen);
  if (positionS === known.positionS) return known;
  // What came before a pause says nothing about the speed after it.
  const recent = known.samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
  const samples = [...recent, { positionS, atMs }];
  const speed = speedOf(samples) ?? (recent.length ? known.speed : null);
  const leftS = speed ? (durationS - positionS) / speed : null;
  return { runId, positionS, durationS, speed, leftS, changedAtMs: atMs, hasMoved: true, samples };
}

function first({ runId, positionS, durationS, atMs }: Observation): Progress {
  const samples = [{ positionS, atMs }];
  return { runId, positionS, durationS, speed: null, leftS: null, changedAtMs: atMs, hasMoved: false, samples };
}

function speedOf(samples: readonly Sample[]): number | null {
  const [oldest, newest] = [samples[0]!, samples.at(-1)!];
  const ms = newest.atMs - oldest.atMs;
  return ms < SHORTEST_MS ? null : ((newest.positionS - oldest.positionS) * 1000) / ms;
}
