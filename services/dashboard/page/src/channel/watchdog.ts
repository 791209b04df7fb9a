import type { Cancel, Timers } from "../timers";

/** A stream that is demanded or running stalls after this time without data. */
export const WATCHDOG_MS = 3000;

/** Calls `onTimeout` once when it is watching and has not been fed for `WATCHDOG_MS`. */
export class Watchdog {
  private fedAt = 0;
  private cancel: Cancel | null = null;

  constructor(
    private readonly timers: Timers,
    private readonly onTimeout: () => void,
  ) {}

  /** Start or restart: the time counts from now. */
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

  /** One timer, not one per frame: on expiry it waits for the rest of the time since the last data. */
  private check(): void {
    const left = this.fedAt + WATCHDOG_MS - this.timers.now();
    if (left > 0) {
      this.wait(left);
      return;
    }
    this.cancel = null;
    this.onTimeout();
  }
}
