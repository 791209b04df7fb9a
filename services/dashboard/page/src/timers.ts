/** Time as a dependency: the real one here, `FakeTimers` in tests. */

export type Cancel = () => void;

export interface Timers {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Calls `action` once after `delayMs`, unless the returned function is called first. */
  after(delayMs: number, action: () => void): Cancel;
}

export const browserTimers: Timers = {
  now: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
