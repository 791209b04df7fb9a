import { beforeEach, expect, it } from "vitest";
import { RESUBSCRIBE_MS } from "../channel/channel";
import { WATCHDOG_MS } from "../channel/watchdog";
import { SETTLE_MS } from "./stream";
import { StreamHarness } from "../../test-support/stream-harness";
import { type VideoState, videoState } from "../state/video-state";
import type { StreamState } from "./stream-state";

let harness: StreamHarness;

function videoStateOf(stream: StreamState): VideoState {
  return videoState({ video: undefined, stream, progress: null, isCutOff: false, nowMs: 0 });
}

beforeEach(() => {
  harness = new StreamHarness();
});

it("keeps its demand through a lost connection and sends it again after the reconnect", () => {
  harness.startStreaming();
  harness.timers.advance(1000);
  harness.deliverFrame(2);
  harness.socket.onclose?.();
  harness.timers.advance(WATCHDOG_MS + 1000);
  expect(harness.state).toMatchObject({ phase: "ready", wanted: true });

  harness.socket.onopen?.();
  harness.settle();
  expect(harness.socket.sentLines).toEqual(["subscribe a", "start a"]);
  expect(harness.state).toMatchObject({ phase: "starting", wanted: true, cause: "asked" });
});

it("changes nothing on the screen when the connection is gone for 0.3 seconds", () => {
  harness.startStreaming();
  const shown = videoStateOf(harness.state);
  const seen = new Set<string>();
  harness.stream.watch(() => seen.add(JSON.stringify(videoStateOf(harness.state))));
  harness.socket.onclose?.();
  harness.timers.advance(300);
  harness.socket.onopen?.();
  harness.settle();
  harness.deliverState("streaming");
  harness.deliverFrame(7);

  expect(harness.socket.sentLines).toEqual(["subscribe a", "start a"]);
  expect([...seen]).toEqual([JSON.stringify(shown)]);
  expect(harness.screenCalls).not.toContain("thumbnail");
  expect(harness.channel.status).toBe("open");
});

it("shows the thumbnail while the connection is lost, and keeps its demand", () => {
  harness.startStreaming();
  harness.socket.onclose?.();
  harness.timers.advance(WATCHDOG_MS);

  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
  expect(harness.state).toMatchObject({ phase: "ready", wanted: true });
});

it("does not start a new run when the old one has finished during a lost connection", () => {
  harness.startStreaming();
  harness.socket.onclose?.();
  harness.timers.advance(250);
  harness.socket.onopen?.();
  harness.socket.deliver({ type: "subscribed", video_id: "a" });
  harness.deliverState("finished");
  harness.timers.advance(SETTLE_MS);

  expect(harness.socket.sentLines).not.toContain("start a");
  expect(harness.state).toMatchObject({ wanted: false, phase: "ready", cause: "finished" });
});

it("ignores the end of an earlier run when Start is pressed at once", () => {
  const early = harness.newStream();
  early.open();
  early.pressStart();
  harness.socket.deliver({ type: "subscribed", video_id: "a" });
  harness.deliverState("finished");
  harness.timers.advance(SETTLE_MS);

  expect(harness.socket.sentLines.at(-1)).toBe("start a");
  expect(early.snapshot()).toMatchObject({ wanted: true, phase: "starting" });
});

it("starts when the connection is back if Start was pressed without one", () => {
  harness.socket.onclose?.();
  harness.stream.pressStart();
  expect(harness.state.cause).toBe("asked");

  harness.timers.advance(250);
  harness.socket.onopen?.();
  harness.settle();
  expect(harness.socket.sentLines).toEqual(["subscribe a", "start a"]);
});

it("ends when the video is deleted", () => {
  harness.startStreaming();
  harness.deliverState("deleted");

  expect(harness.state).toMatchObject({ isMissing: true, phase: "ready", cause: "deleted" });
});

it("reports that a video does not exist", () => {
  harness.socket.deliver({ type: "error", code: "video_not_found", message: "There is no video a.", video_id: "a" });

  expect(harness.state).toMatchObject({ isMissing: true, cause: "missing" });
});

it("continues when the server can subscribe again, and keeps its demand", () => {
  harness.startStreaming();
  harness.socket.deliver({ type: "error", code: "unavailable", message: "try again in a moment", video_id: "a" });
  expect(harness.state).toMatchObject({ phase: "ready", reason: "try again in a moment" });

  harness.timers.advance(RESUBSCRIBE_MS);
  harness.settle();
  expect(harness.socket.sentLines.slice(-2)).toEqual(["subscribe a", "start a"]);
});

it("leaves no timer and no subscription behind when it is closed", () => {
  harness.startStreaming();
  harness.stream.close();

  expect(harness.timers.running).toBe(0);
  expect(harness.socket.sentLines.at(-1)).toBe("unsubscribe a");
});
