import { beforeEach, expect, it } from "vitest";
import type { VideoFrameHeader } from "../contract";
import { LONGEST_START_MS, MOST_WAITING, type Unit, type UnitEvents, VideoStream } from "./video-stream";

/** A decoder whose pictures come when the test says so. */
class FakeDecoder {
  readonly units: Unit[] = [];
  closed = false;
  broken = false;

  constructor(readonly events: UnitEvents<{ close(): void }>) {}

  decode(unit: Unit): void {
    if (this.broken) throw new Error("broken");
    this.units.push(unit);
  }

  close(): void {
    this.closed = true;
  }

  /** The pictures of all frames so far come out. */
  finish(from = 0): void {
    for (const { id } of this.units.slice(from)) this.events.picture({ close: () => undefined }, id);
  }
}

let decoders: FakeDecoder[];
let drawn: number[];
let failures: string[];
let nowMs: number;
let stream: VideoStream<{ close(): void }>;
const decoder = (): FakeDecoder => decoders.at(-1)!;

beforeEach(() => {
  decoders = [];
  drawn = [];
  failures = [];
  nowMs = 0;
  stream = new VideoStream(
    (_, events) => {
      decoders.push(new FakeDecoder(events));
      return decoder();
    },
    { draw: (_, header) => drawn.push(header.frame_number), failed: (reason) => failures.push(reason) },
    () => nowMs,
  );
});

function push(sequence: number, more: Partial<VideoFrameHeader> = {}): void {
  stream.push(
    {
      video_id: "a",
      run_id: "run",
      frame_number: sequence,
      timestamp_s: 0,
      boxes: [],
      codec: "vp8",
      stream_id: "stream",
      sequence,
      is_key: sequence % 25 === 0,
      ...more,
    },
    new Uint8Array([sequence]),
  );
}

it("draws each picture with the header of its own frame", () => {
  [0, 1, 2].forEach((sequence) => push(sequence));
  expect(decoder().units.map(({ isKey }) => isKey)).toEqual([true, false, false]);

  decoder().finish();
  expect(drawn).toEqual([0, 1, 2]);
});

it("leaves out a frame of which the decoder makes no picture", () => {
  [0, 1, 2].forEach((sequence) => push(sequence));
  decoder().finish(2);
  expect(drawn).toEqual([2]);
});

it("decodes nothing before a key frame, and nothing after a gap up to the next one", () => {
  [3, 4, 25, 26, 28, 29, 50].forEach((sequence) => push(sequence));
  push(51, { stream_id: "another" });

  expect(decoder().units.map(({ bytes }) => bytes[0])).toEqual([25, 26, 50]);
  expect(decoders).toHaveLength(1);
});

it("draws nothing of what comes after it was stopped, and begins again with a key frame", () => {
  push(0);
  const stopped = decoder();
  stream.stop();
  stopped.finish();
  stopped.events.failed("late");
  push(1);

  expect([drawn, failures, decoders.length, stopped.closed]).toEqual([[], [], 1, true]);
  push(25);
  decoder().finish();
  expect(drawn).toEqual([25]);
});

it("goes on with a key frame when the decoder is behind", () => {
  push(0);
  decoder().finish();
  for (let sequence = 1; sequence < MOST_WAITING + 10; sequence++) push(sequence, { is_key: false });
  expect(decoder().units).toHaveLength(1 + MOST_WAITING);

  const slow = decoder();
  push(50);
  expect(slow.closed).toBe(true);
  decoder().finish();
  expect(drawn).toEqual([0, 50]);
});

it("waits for a decoder that starts slowly, and goes on with a key frame", () => {
  for (let sequence = 0; sequence < 2 * MOST_WAITING; sequence++) push(sequence);
  nowMs = LONGEST_START_MS - 1;
  push(75);
  expect(decoder().units).toHaveLength(MOST_WAITING);

  decoder().finish();
  [76, 100].forEach((sequence) => push(sequence));
  decoder().finish(MOST_WAITING);
  expect([drawn.at(-1), drawn.length, failures, decoders.length]).toEqual([100, MOST_WAITING + 1, [], 1]);
});

it("fails when no picture comes at all", () => {
  for (let sequence = 0; sequence < MOST_WAITING; sequence++) push(sequence, { is_key: sequence === 0 });
  nowMs = LONGEST_START_MS;
  push(MOST_WAITING);
  expect(failures).toEqual([`no picture came of ${MOST_WAITING} frames`]);
});

it("fails when the decoder refuses a frame, and when it reports an error", () => {
  push(0);
  decoder().broken = true;
  push(1);
  expect(failures).toEqual(["Error: broken"]);

  push(25);
  decoder().events.failed("gone");
  expect(failures).toEqual(["Error: broken", "gone"]);
  expect(decoders.every(({ closed }) => closed)).toBe(true);
});
