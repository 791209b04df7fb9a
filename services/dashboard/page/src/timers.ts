/** Time, injected: the real one here, one moved by hand in tests. */

export type Cancel = () => void;

export interface Timers {
  /** Milliseconds that only grow. */
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

/** For tests: time stands still until `advance`, which runs what has become due, in order. */
export class FakeTimers implements Timers {
  private time = 0;
  private due: { at: number; action: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(delayMs: number, action: () => void): Cancel {
    const timer = { at: this.time + delayMs, action };
    this.due.push(timer);
    return () => {
      this.due = this.due.filter((other) => other !== timer);
    };
  }

  /** Timers that are still running: zero when everything that was started was stopped. */
  get running(): number {
    return this.due.length;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      const timer = next;
      this.due = this.due.filter((other) => other !== timer);
      this.time = Math.max(this.time, timer.at);
      timer.action();
    }
    this.time = end;
  }

  private next(end: number): { at: number; action: () => void } | undefined {
    return this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
