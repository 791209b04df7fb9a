import type { ClientMessage, ServerMessage } from "../contract";
import type { Cancel, Timers } from "../timers";
import { Connection, type ConnectionStatus, type Socket } from "./connection";
import { decodeFrame, type Frame, MalformedFrame } from "./frames";

/** How long after a refused subscription it is tried again. */
export const RESUBSCRIBE_MS = 3000;

/** What the holder of the subscription hears; only of its own video. */
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
 * The one connection of the page and its at most one subscription.
 *
 * `open` ends the old subscription before it begins the new one, on the same connection; after a reconnect the
 * subscription is made again. What belongs to another video than the current one is dropped here.
 */
export class Channel {
  private current: Subscription | null = null;
  private cancelResubscribe: Cancel | null = null;
  private readonly connection: Connection;
  private readonly watchers = new Set<() => void>();

  constructor(
    newSocket: () => Socket,
    private readonly timers: Timers,
    random: () => number = Math.random,
  ) {
    this.connection = new Connection(newSocket, timers, random, {
      opened: () => this.opened(),
      lost: () => this.lost(),
      received: (data) => this.received(data),
    });
  }

  connect(): void {
    this.connection.open();
  }

  disconnect(): void {
    this.calm();
    this.connection.close();
  }

  hurry(): void {
    this.connection.hurry();
  }

  get status(): ConnectionStatus {
    return this.connection.status;
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

  /** Ends the subscription, if it is still this listener's. */
  close(listener: Listener): void {
    if (this.current?.listener !== listener) return;
    this.calm();
    this.send("unsubscribe", this.current.videoId);
    this.current = null;
  }

  /** Demand begins or ends for the listener's video; false while there is no connection. */
  ask(listener: Listener, type: "start" | "stop"): boolean {
    return this.current?.listener === listener && this.send(type, this.current.videoId);
  }

  private send(type: ClientMessage["type"], videoId: string): boolean {
    const message: ClientMessage = { type, video_id: videoId };
    return this.connection.send(JSON.stringify(message));
  }

  private opened(): void {
    this.subscribe();
    this.watchers.forEach((watcher) => watcher());
  }

  private subscribe(): void {
    this.calm();
    if (this.current && this.send("subscribe", this.current.videoId)) this.current.listener.connected();
  }

  private resubscribeSoon(): void {
    this.calm();
    this.cancelResubscribe = this.timers.after(RESUBSCRIBE_MS, () => this.subscribe());
  }

  private calm(): void {
    this.cancelResubscribe?.();
    this.cancelResubscribe = null;
  }

  private lost(): void {
    this.calm();
    this.current?.listener.disconnected();
    this.watchers.forEach((watcher) => watcher());
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
      console.warn(`A frame was dropped: ${error.message}`);
    }
  }

  private receivedMessage(message: ServerMessage): void {
    // An error without a video is about what this connection sent last.
    if (!this.current || (message.video_id ?? this.current.videoId) !== this.current.videoId) return;
    this.current.listener.message(message);
    if (isUnsubscribed(message)) this.resubscribeSoon();
  }
}

/** The server has no subscription of this page, though it could have one. */
function isUnsubscribed(message: ServerMessage): boolean {
  return message.type === "error" && (message.code === "unavailable" || message.code === "not_subscribed");
}

/** A new socket to `/ws` of the address that served the page. */
export function pageSocket(): Socket {
  const address = new URL("/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address) as Socket;
}
