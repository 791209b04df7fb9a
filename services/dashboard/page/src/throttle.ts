import type { Cancel, Timers } from "./timers";

/** Runs `action` at most once per `intervalMs`: at once if possible, else at the end of the interval. */
export class Throttle {
  private lastAt = -Infinity;
  private cancel: Cancel | null = null;

  constructor(
    private readonly timers: Timers,
    private readonly intervalMs: number,
    private readonly action: () => void,
  ) {}

  call(): void {
    if (this.cancel) return;
    const waitMs = this.lastAt + this.intervalMs - this.timers.now();
    if (waitMs <= 0) this.run();
    else this.cancel = this.timers.after(waitMs, () => this.run());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private run(): void {
    this.cancel = null;
    this.lastAt = this.timers.now();
    this.action();
  }
}
