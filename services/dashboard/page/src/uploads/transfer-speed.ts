/** How fast bytes are sent, over the last seconds. */

export interface Sample {
  bytes: number;
  atMs: number;
}

/** Long enough for the jitter of a network, short enough to show that it got slower. */
const WINDOW_MS = 8000;
const SHORTEST_MS = 1000;

/** The samples of the window, with a new one; one from before the window stays, so that the window is covered. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const first = samples.findIndex(({ atMs }) => sample.atMs - atMs <= WINDOW_MS);
  return [...(first < 0 ? samples.slice(-1) : samples.slice(Math.max(0, first - 1))), sample];
}

/** Bytes a second; null until it can be told. */
export function speedOf(samples: readonly Sample[]): number | null {
  const [oldest, newest] = [samples[0], samples.at(-1)];
  if (!oldest || !newest || newest.atMs - oldest.atMs < SHORTEST_MS) return null;
  return ((newest.bytes - oldest.bytes) * 1000) / (newest.atMs - oldest.atMs);
}
