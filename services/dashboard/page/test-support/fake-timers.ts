import type { Cancel, Timers } from "../src/timers";

/** Time stands still until `advance`, which runs the timers that have become due, in order. */
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

  /** Timers that are still running: zero when every timer that was started has run or been cancelled. */
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
