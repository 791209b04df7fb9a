export const FIRST_DELAY_MS = 250;
export const LONGEST_DELAY_MS = 10_000;

/**
 * The delay before the next attempt after `failures` failed ones: doubling, at most `LONGEST_DELAY_MS`,
 * and shortened by up to half at random, so that many pages do not reconnect at the same time.
 */
export function reconnectDelayMs(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 16));
  return Math.max(FIRST_DELAY_MS, full * (1 - random() / 2));
}
