import { Channel } from "../src/channel/channel";
import { FakeSocket } from "./fake-socket";
import type { Frame } from "../src/channel/frames";
import type { Metrics, State } from "../src/contract";
import { FakeTimers } from "./fake-timers";
import { SETTLE_MS, Stream } from "../src/player/stream";
import type { StreamState } from "../src/player/stream-state";

/** A stream of video "a", with a fake server, a recorded screen and fake time. */
export class StreamHarness {
  readonly timers = new FakeTimers();
  readonly sockets: FakeSocket[] = [];
  /** The calls of the screen, in order. */
  readonly screenCalls: string[] = [];
  readonly channel = new Channel(
    () => this.newSocket(),
    this.timers,
    () => 0,
  );
  readonly stream: Stream;

  constructor() {
    this.channel.connect();
    this.socket.onopen?.();
    this.stream = this.newStream();
    this.stream.open();
    this.settle();
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  get state(): StreamState {
    return this.stream.snapshot();
  }

  newStream(): Stream {
    const screen = {
      open: (videoId: string) => this.screenCalls.push(`open ${videoId}`),
      frame: (frame: Frame) => this.screenCalls.push(`frame ${frame.header.frame_number}`),
      showThumbnail: () => this.screenCalls.push("thumbnail"),
    };
    return new Stream("a", this.channel, screen, this.timers);
  }

  deliverState(state: State["state"], reason: string | null = null): void {
    this.socket.deliver({ type: "state", video_id: "a", state, reason });
  }

  deliverFrame(number: number, run = "run"): void {
    this.socket.deliverFrame({ video_id: "a", run_id: run, frame_number: number });
  }

  deliverMetrics(): void {
    const dwell = { visits: 0, mean_s: 0, max_s: 0, total_s: 0 };
    const counts = { total_vehicles_count: 1, current_vehicles_count: 1, visits_count: 1 };
    const totals = { ...counts, vehicle_type: {}, vehicle_dwell_time: dwell };
    const coverage = { analysed_s: 1, duration_s: 2, fraction: 0.5 };
    const message: Metrics = { type: "metrics", video_id: "a", run_id: "run", batch_no: 1, totals, coverage };
    this.socket.deliver(message);
  }

  /** The server confirms the subscription, and the time for its first state is over. */
  settle(): void {
    this.socket.deliver({ type: "subscribed", video_id: "a" });
    this.timers.advance(SETTLE_MS);
  }

  /** Press Start, and stream until the first frame. */
  startStreaming(): void {
    this.stream.pressStart();
    this.deliverState("starting");
    this.deliverState("streaming");
    this.deliverFrame(1);
  }

  private newSocket(): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
}
