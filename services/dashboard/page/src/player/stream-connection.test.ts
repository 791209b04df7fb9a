import { beforeEach, expect, it } from "vitest";
import { RESUBSCRIBE_MS } from "../channel/channel";
import { WATCHDOG_MS } from "../channel/watchdog";
import { SETTLE_MS } from "./stream";
import { StreamHarness } from "../../test-support/stream-harness";
import { LINES } from "./stream-state";

let harness: StreamHarness;

beforeEach(() => {
  harness = new StreamHarness();
});

it("keeps its demand through a lost connection and sends it again after the reconnect", () => {
  harness.startStreaming();
  harness.socket.onclose?.();
  expect(harness.state).toMatchObject({ wanted: true, line: LINES.connectionLost });

  harness.timers.advance(250);
  harness.socket.onopen?.();
  harness.settle();
  expect(harness.socket.sentLines).toEqual(["subscribe a", "start a"]);
  expect(harness.state).toMatchObject({ phase: "starting", wanted: true });
});

it("shows the thumbnail while the connection is lost, and keeps its demand", () => {
  harness.startStreaming();
  harness.socket.onclose?.();
  harness.timers.advance(WATCHDOG_MS);

  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
  expect(harness.state).toMatchObject({ phase: "ready", wanted: true, line: LINES.connectionLost });
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
  expect(harness.state).toMatchObject({ wanted: false, phase: "ready", line: LINES.finished });
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
  expect(harness.state.line).toBe(LINES.waitingForConnection);

  harness.timers.advance(250);
  harness.socket.onopen?.();
  harness.settle();
  expect(harness.socket.sentLines).toEqual(["subscribe a", "start a"]);
});

it("ends when the video is deleted", () => {
  harness.startStreaming();
  harness.deliverState("deleted");

  expect(harness.state).toMatchObject({ isMissing: true, phase: "ready", line: LINES.deleted });
});

it("reports that a video does not exist", () => {
  harness.socket.deliver({ type: "error", code: "video_not_found", message: "There is no video a.", video_id: "a" });

  expect(harness.state).toMatchObject({ isMissing: true, line: { text: "There is no video a." } });
});

it("continues when the server can subscribe again, and keeps its demand", () => {
  harness.startStreaming();
  harness.socket.deliver({ type: "error", code: "unavailable", message: "try again in a moment", video_id: "a" });
  expect(harness.state).toMatchObject({ phase: "ready", line: { text: "try again in a moment" } });

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
