import type { Cancel, Timers } from "../timers";

/** Silence longer than this while a stream is wanted or running is a stall. */
export const WATCHDOG_MS = 3000;

/** Barks once when it is watching and has not been fed for `WATCHDOG_MS`. */
export class Watchdog {
  private fedAt = 0;
  private cancel: Cancel | null = null;

  constructor(
    private readonly timers: Timers,
    private readonly bark: () => void,
  ) {}

  /** Starts, or starts anew: the next silence is counted from now. */
  watch(): void {
    this.stop();
    this.feed();
    this.wait(WATCHDOG_MS);
  }

  /** Data has arrived. */
  feed(): void {
    this.fedAt = this.timers.now();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private wait(ms: number): void {
    this.cancel = this.timers.after(ms, () => this.check());
  }

  /** One timer, not one per frame: it looks when it was last fed and waits for the rest. */
  private check(): void {
    const left = this.fedAt + WATCHDOG_MS - this.timers.now();
    if (left > 0) {
      this.wait(left);
      return;
    }
    this.cancel = null;
    this.bark();
  }
}
