import { Channel } from "../channel/channel";
import { FakeSocket } from "../channel/fake-socket";
import type { Frame } from "../channel/frames";
import type { Metrics, State } from "../contract";
import { FakeTimers } from "../timers";
import { SETTLE_MS, Stream } from "./stream";
import type { StreamState } from "./stream-state";

/** For tests: a stream of video "a" on a channel whose server, screen and time are the test's. */
export class StreamBench {
  readonly timers = new FakeTimers();
  readonly sockets: FakeSocket[] = [];
  /** What the screen was told, in order. */
  readonly shown: string[] = [];
  readonly channel = new Channel(
    () => this.newSocket(),
    this.timers,
    () => 0,
  );
  readonly stream: Stream;

  constructor() {
    this.channel.connect();
    this.socket.onopen?.();
    this.stream = this.another();
    this.stream.open();
    this.settle();
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  get state(): StreamState {
    return this.stream.snapshot();
  }

  another(): Stream {
    const screen = {
      open: (videoId: string) => this.shown.push(`open ${videoId}`),
      frame: (frame: Frame) => this.shown.push(`frame ${frame.header.frame_number}`),
      showThumbnail: () => this.shown.push("thumbnail"),
    };
    return new Stream("a", this.channel, screen, this.timers);
  }

  say(what: State["state"], reason: string | null = null): void {
    this.socket.says({ type: "state", video_id: "a", state: what, reason });
  }

  frame(number: number, run = "run"): void {
    this.socket.shows({ video_id: "a", run_id: run, frame_number: number });
  }

  metrics(): void {
    const dwell = { visits: 0, mean_s: 0, max_s: 0, total_s: 0 };
    const counts = { total_vehicles_count: 1, current_vehicles_count: 1, visits_count: 1 };
    const totals = { ...counts, vehicle_type: {}, vehicle_dwell_time: dwell };
    const coverage = { analysed_s: 1, duration_s: 2, fraction: 0.5 };
    const message: Metrics = { type: "metrics", video_id: "a", run_id: "run", batch_no: 1, totals, coverage };
    this.socket.says(message);
  }

  /** The server answers the subscription, and what it knows has been heard. */
  settle(): void {
    this.socket.says({ type: "subscribed", video_id: "a" });
    this.timers.advance(SETTLE_MS);
  }

  /** Pressed, and running with pictures. */
  run(): void {
    this.stream.pressStart();
    this.say("starting");
    this.say("streaming");
    this.frame(1);
  }

  private newSocket(): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
}
