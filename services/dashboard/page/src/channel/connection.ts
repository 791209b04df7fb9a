import type { Cancel, Timers } from "../timers";
import { reconnectDelayMs } from "./backoff";

/** The part of the browser's WebSocket that the page uses. */
export interface Socket {
  binaryType: BinaryType;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionEvents {
  opened(): void;
  lost(): void;
  received(data: unknown): void;
}

export type ConnectionStatus = "connecting" | "open" | "lost";

/** A socket that reconnects with a growing delay. It replays nothing: its user sends the current state again. */
export class Connection {
  status: ConnectionStatus = "connecting";
  private socket: Socket | null = null;
  private failures = 0;
  private cancelRetry: Cancel | null = null;

  constructor(
    private readonly newSocket: () => Socket,
    private readonly timers: Timers,
    private readonly random: () => number,
    private readonly events: ConnectionEvents,
  ) {}

  open(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    const socket = this.newSocket();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onclose = () => this.closed();
    socket.onmessage = (event) => this.events.received(event.data);
    this.socket = socket;
  }

  close(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    if (!this.socket) return;
    // Detached first: events of a closed connection are of no use.
    this.socket.onopen = this.socket.onclose = this.socket.onmessage = null;
    this.socket.close();
    this.socket = null;
  }

  /** Returns false, and sends nothing, while there is no connection. */
  send(text: string): boolean {
    if (this.status !== "open" || !this.socket) return false;
    this.socket.send(text);
    return true;
  }

  /** Reconnect at once instead of waiting for the delay: the browser reports that the network is back. */
  reconnectNow(): void {
    if (this.cancelRetry) this.open();
  }

  private opened(): void {
    this.failures = 0;
    this.status = "open";
    this.events.opened();
  }

  private closed(): void {
    this.socket = null;
    this.status = "lost";
    const delayMs = reconnectDelayMs(this.failures++, this.random);
    this.cancelRetry = this.timers.after(delayMs, () => this.open());
    this.events.lost();
  }
}
