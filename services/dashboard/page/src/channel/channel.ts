import { doubtSession } from "../api/session-doubt";
import type { ClientMessage, Frames, ServerMessage } from "../contract";
import type { Cancel, Timers } from "../timers";
import { Connection, type ConnectionStatus, type Socket } from "./connection";
import { decodeFrame, type Frame, MalformedFrame } from "./frames";

/** Delay until a refused subscription is requested again. */
export const RESUBSCRIBE_MS = 3000;

/** A connection that is back sooner was never shown as lost. */
export const LOST_MS = 2000;

/** Which frames a listener can show. */
export type ShownFrames = Pick<Frames, "largest_side" | "max_fps" | "codecs">;

/** Receives the events of its own video only. */
export interface Listener {
  connected(): void;
  disconnected(): void;
  message(message: ServerMessage): void;
  frame(frame: Frame): void;
}

interface Subscription {
  videoId: string;
  listener: Listener;
}

/**
 * The only connection of the page, with at most one subscription.
 *
 * `open` ends the old subscription before it begins the new one, on the same connection; a reconnect renews the
 * subscription. Frames and messages of another video than the current one are dropped here.
 */
export class Channel {
  private current: Subscription | null = null;
  private cancelResubscribe: Cancel | null = null;
  private cancelLost: Cancel | null = null;
  private shown: ConnectionStatus = "connecting";
  private readonly connection: Connection;
  private readonly watchers = new Set<() => void>();

  constructor(
    newSocket: () => Socket,
    private readonly timers: Timers,
    random: () => number = Math.random,
  ) {
    this.connection = new Connection(newSocket, timers, random, {
      opened: () => this.opened(),
      lost: (mayBeRefused) => this.lost(mayBeRefused),
      received: (data) => this.received(data),
    });
  }

  connect(): void {
    this.connection.open();
  }

  disconnect(): void {
    this.cancelTimer();
    this.cancelLost?.();
    this.cancelLost = null;
    this.connection.close();
    this.show("connecting");
  }

  reconnectNow(): void {
    this.connection.reconnectNow();
  }

  /** As a person sees it: `lost` only after a while. */
  get status(): ConnectionStatus {
    return this.shown;
  }

  /** Calls `watcher` whenever `status` changes, until the returned function is called. */
  watchStatus(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  open(videoId: string, listener: Listener): void {
    if (this.current) this.close(this.current.listener);
    this.current = { videoId, listener };
    this.subscribe();
  }

  /** End the subscription, if it is still this listener's. */
  close(listener: Listener): void {
    if (this.current?.listener !== listener) return;
    this.cancelTimer();
    this.send({ type: "unsubscribe", video_id: this.current.videoId });
    this.current = null;
  }

  /** Start or end demand for the listener's video. Returns false while there is no connection. */
  sendDemand(listener: Listener, type: "start" | "stop"): boolean {
    return this.current?.listener === listener && this.send({ type, video_id: this.current.videoId });
  }

  /** Say which frames the listener shows, once its subscription is confirmed. */
  sendShown(listener: Listener, shown: ShownFrames): void {
    if (this.current?.listener === listener) this.send({ type: "frames", video_id: this.current.videoId, ...shown });
  }

  private send(message: ClientMessage | Frames): boolean {
    return this.connection.send(JSON.stringify(message));
  }

  private opened(): void {
    this.subscribe();
    this.cancelLost?.();
    this.cancelLost = null;
    this.show("open");
  }

  private show(status: ConnectionStatus): void {
    if (status === this.shown) return;
    this.shown = status;
    this.watchers.forEach((watcher) => watcher());
  }

  private subscribe(): void {
    this.cancelTimer();
    if (this.current && this.send({ type: "subscribe", video_id: this.current.videoId })) this.current.listener.connected();
  }

  private resubscribeSoon(): void {
    this.cancelTimer();
    this.cancelResubscribe = this.timers.after(RESUBSCRIBE_MS, () => this.subscribe());
  }

  private cancelTimer(): void {
    this.cancelResubscribe?.();
    this.cancelResubscribe = null;
  }

  private lost(mayBeRefused: boolean): void {
    this.cancelTimer();
    this.current?.listener.disconnected();
    // Every failed attempt to reconnect is a loss, too: the time counts from the first one.
    this.cancelLost ??= this.timers.after(LOST_MS, () => this.show("lost"));
    if (mayBeRefused) doubtSession();
  }

  private received(data: unknown): void {
    if (data instanceof ArrayBuffer) this.receivedFrame(data);
    else this.receivedMessage(JSON.parse(String(data)) as ServerMessage);
  }

  private receivedFrame(body: ArrayBuffer): void {
    if (!this.current) return;
    try {
      const frame = decodeFrame(body);
      if (frame.header.video_id === this.current.videoId) this.current.listener.frame(frame);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      console.warn(`Frame dropped: ${error.message}`);
    }
  }

  private receivedMessage(message: ServerMessage): void {
    // A server of an earlier release does not know which frames may be chosen, and sends all of them.
    if (message.type === "error" && message.code === "unknown_type") return;
    // An error without a video is about the last message of this connection.
    if (!this.current || (message.video_id ?? this.current.videoId) !== this.current.videoId) return;
    this.current.listener.message(message);
    if (isUnsubscribed(message)) this.resubscribeSoon();
  }
}

/** The server has no subscription of this page, and a retry may succeed. */
function isUnsubscribed(message: ServerMessage): boolean {
  return message.type === "error" && (message.code === "unavailable" || message.code === "not_subscribed");
}

/** A new socket to `/ws` of the address that served the page. */
export function pageSocket(): Socket {
  const address = new URL("/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address) as Socket;
}
