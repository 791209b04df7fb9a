import { beforeEach, expect, it } from "vitest";
import { StreamHarness } from "../../test-support/stream-harness";
import { fpsBeside, framesFor, UNSEEN } from "./shown-frames";

it.each([
  [300, 169, 1, 320],
  [321, 180, 1, 640],
  [300, 169, 2, 640],
  [360, 640, 1, 640],
  [900, 506, 1, 1280],
  [900, 506, 2, null],
])("shows %i x %i pixels at ratio %i in frames of at most %s", (width, height, ratio, side) => {
  expect(framesFor({ width, height }, ratio, null, ["vp8"])).toEqual({
    largest_side: side,
    max_fps: null,
    codecs: ["vp8"],
  });
});

it("asks for little while the picture has no place on the page", () => {
  expect(framesFor({ width: 0, height: 0 }, 2, 15, ["vp8"])).toEqual(UNSEEN);
});

it.each([
  [1, null],
  [4, null],
  [5, 24],
  [9, 13],
  [16, 7],
  [60, 5],
])("draws each of %i pictures %s times a second", (pictures, fps) => {
  expect(fpsBeside(pictures)).toBe(fps);
});

let harness: StreamHarness;

beforeEach(() => {
  harness = new StreamHarness();
});

const SMALL = framesFor({ width: 300, height: 169 }, 1, null, []);
const LARGE = framesFor({ width: 1000, height: 563 }, 1, null, []);
const shownBy = (): unknown[] => harness.socket.sent.filter(({ type }) => type === "frames");

it("says what it shows, and again when that changes", () => {
  harness.stream.show(SMALL);
  harness.stream.show({ ...SMALL });
  harness.stream.show(LARGE);

  expect(shownBy()).toEqual([SMALL, LARGE].map((shown) => ({ type: "frames", video_id: "a", ...shown })));
});

it("says it once a new subscription is confirmed", () => {
  harness.stream.show(SMALL);
  harness.socket.onclose?.();
  harness.timers.advance(5000);
  harness.socket.onopen?.();
  harness.stream.show(LARGE);
  expect(shownBy()).toEqual([]);

  harness.settle();
  expect(shownBy()).toHaveLength(1);

  harness.stream.suspend();
  harness.stream.resume();
  harness.settle();
  expect(shownBy()).toHaveLength(2);
});

it("goes on with all frames at a server that does not know the message", () => {
  harness.stream.show(SMALL);
  harness.startStreaming();
  const before = harness.state;
  harness.socket.deliver({ type: "error", code: "unknown_type", message: "no message of type 'frames'", video_id: null });

  expect(harness.state).toBe(before);
});
