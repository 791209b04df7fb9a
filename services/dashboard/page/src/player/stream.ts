import type { Channel, Listener, ShownFrames } from "../channel/channel";
import type { Frame } from "../channel/frames";
import { Watchdog } from "../channel/watchdog";
import type { Alerted, Counts, Metrics, ServerMessage } from "../contract";
import type { Cancel, Timers } from "../timers";
import { FIRST_STATE, isLate, next, type StreamEvent, type StreamState } from "./stream-state";

/** After `subscribed` the server sends the state of the video at once; a `start` waits this long for it. */
export const SETTLE_MS = 150;

/** The part of a painter that a stream uses. */
export interface Screen {
  open(videoId: string): void;
  frame(frame: Frame): void;
  showThumbnail(): void;
}

/** One open video: handles its events, feeds the watchdog, passes frames to the screen, and keeps the page's state. */
export class Stream implements Listener {
  private state = FIRST_STATE;
  private readonly watchdog: Watchdog;
  private readonly watchers = new Set<() => void>();
  private readonly metricsWatchers = new Set<(metrics: Metrics) => void>();
  private readonly countsWatchers = new Set<(counts: Counts) => void>();
  private readonly recountWatchers = new Set<() => void>();
  private readonly alertWatchers = new Set<(alert: Alerted) => void>();
  private cancelSettle: Cancel | null = null;
  private shown: ShownFrames | null = null;
  private isSubscribed = false;

  constructor(
    readonly videoId: string,
    private readonly channel: Channel,
    private readonly screen: Screen,
    private readonly timers: Timers,
  ) {
    this.watchdog = new Watchdog(timers, () => this.apply({ type: "timeout" }));
  }

  readonly snapshot = (): StreamState => this.state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  watchMetrics(watcher: (metrics: Metrics) => void): () => void {
    this.metricsWatchers.add(watcher);
    return () => this.metricsWatchers.delete(watcher);
  }

  watchCounts(watcher: (counts: Counts) => void): () => void {
    this.countsWatchers.add(watcher);
    return () => this.countsWatchers.delete(watcher);
  }

  /** Calls `watcher` when zones and gates are counted again, and when they are counted. */
  watchRecounts(watcher: () => void): () => void {
    this.recountWatchers.add(watcher);
    return () => this.recountWatchers.delete(watcher);
  }

  /** Calls `watcher` when an alert of the video is raised or cleared. */
  watchAlerts(watcher: (alert: Alerted) => void): () => void {
    this.alertWatchers.add(watcher);
    return () => this.alertWatchers.delete(watcher);
  }

  open(): void {
    this.screen.open(this.videoId);
    this.channel.open(this.videoId, this);
  }

  /** From here on, only such frames are shown. */
  show(shown: ShownFrames): void {
    if (JSON.stringify(shown) === JSON.stringify(this.shown)) return;
    this.shown = shown;
    if (this.isSubscribed) this.channel.sendShown(this, shown);
  }

  close(): void {
    this.channel.close(this);
    this.watchdog.stop();
    this.cancelSettle?.();
  }

  /** Nobody sees it: the subscription ends, and the demand is kept for `resume`. */
  suspend(): void {
    this.cancelSettle?.();
    this.apply({ type: "suspended" });
    this.channel.close(this);
  }

  resume(): void {
    this.channel.open(this.videoId, this);
  }

  readonly pressStart = (): void => this.apply({ type: "pressed_start" });
  readonly pressStop = (): void => this.apply({ type: "pressed_stop" });

  connected(): void {
    this.isSubscribed = false;
    this.apply({ type: "connected" });
  }

  disconnected(): void {
    this.cancelSettle?.();
    this.apply({ type: "disconnected" });
  }

  frame(frame: Frame): void {
    if (isLate(this.state, frame.header.run_id)) return;
    this.watchdog.feed();
    this.apply({ type: "frame", run: frame.header.run_id });
    this.screen.frame(frame);
  }

  message(message: ServerMessage): void {
    switch (message.type) {
      case "subscribed":
        this.isSubscribed = true;
        if (this.shown) this.channel.sendShown(this, this.shown);
        this.cancelSettle?.();
        this.cancelSettle = this.timers.after(SETTLE_MS, () => this.apply({ type: "settled" }));
        break;
      case "unsubscribed":
        this.isSubscribed = false;
        break;
      case "state":
        if (message.state === "starting" || message.state === "streaming") this.watchdog.feed();
        this.apply({ type: "state", message });
        break;
      case "metrics":
        this.watchdog.feed();
        this.apply({ type: "metrics", run: message.run_id });
        this.metricsWatchers.forEach((watcher) => watcher(message));
        break;
      case "counts":
        this.countsWatchers.forEach((watcher) => watcher(message));
        break;
      case "recount":
        this.recountWatchers.forEach((watcher) => watcher());
        break;
      case "alert":
        this.alertWatchers.forEach((watcher) => watcher(message));
        break;
      case "error":
        this.apply({ type: "error", error: message });
        break;
      case "refused":
        this.apply({ type: "forbidden", reason: message.message });
    }
  }

  private apply(event: StreamEvent): void {
    const before = this.state;
    const { state, send } = next(before, event, this.timers.now());
    this.state = state;
    if (send) this.channel.sendDemand(this, send);
    this.updateWatchdog(before, event);
    if (state !== before) this.watchers.forEach((watcher) => watcher());
  }

  /** The watchdog watches while the player waits for frames or shows them; otherwise the thumbnail is shown. */
  private updateWatchdog(before: StreamState, event: StreamEvent): void {
    if (this.state.phase === "ready") {
      this.watchdog.stop();
      if (before.phase !== "ready") this.screen.showThumbnail();
    } else if (before.phase === "ready" || event.type === "pressed_start" || event.type === "connected") {
      this.watchdog.watch();
    }
  }
}
