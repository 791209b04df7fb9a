import type { Cancel, Timers } from "../timers";
import { reconnectDelayMs } from "./backoff";

/** The part of the browser's WebSocket that the page uses. */
export interface Socket {
  binaryType: BinaryType;
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: ((event?: { code: number }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionEvents {
  opened(): void;
  /** `mayBeRefused`: perhaps not the network is the cause, but the session, which has ended. */
  lost(mayBeRefused: boolean): void;
  received(data: unknown): void;
}

export type ConnectionStatus = "connecting" | "open" | "lost";

/** `WebSocket.OPEN`. */
export const OPEN = 1;

/** The server closes a connection with this code when its session has ended, or its rights have changed. */
export const SESSION_ENDED = 1008;

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
    socket.onclose = (event) => this.closed(event?.code);
    socket.onmessage = (event) => this.events.received(event.data);
    this.socket = socket;
  }

  close(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.status = "connecting";
    if (!this.socket) return;
    // Detached first: events of a closed connection are of no use.
    this.socket.onopen = this.socket.onclose = this.socket.onmessage = null;
    this.socket.close();
    this.socket = null;
  }

  /** Returns false, and sends nothing, while there is no connection. */
  send(text: string): boolean {
    // A socket that is closing says so before `onclose` is called, and drops what is sent.
    if (this.status !== "open" || this.socket?.readyState !== OPEN) return false;
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

  private closed(code: number | undefined): void {
    // Browsers do not tell a refused handshake from a server that is gone.
    const mayBeRefused = code === SESSION_ENDED || this.status !== "open";
    this.socket = null;
    this.status = "lost";
    const delayMs = reconnectDelayMs(this.failures++, this.random);
    this.cancelRetry = this.timers.after(delayMs, () => this.open());
    this.events.lost(mayBeRefused);
  }
}
