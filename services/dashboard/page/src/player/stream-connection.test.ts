import { beforeEach, expect, it } from "vitest";
import { RESUBSCRIBE_MS } from "../channel/channel";
import { WATCHDOG_MS } from "../channel/watchdog";
import { SETTLE_MS } from "./stream";
import { StreamBench } from "./stream-bench";
import { LINES } from "./stream-state";

let bench: StreamBench;

beforeEach(() => {
  bench = new StreamBench();
});

it("keeps its intention through a lost connection and says it again after the reconnect", () => {
  bench.run();
  bench.socket.onclose?.();
  expect(bench.state).toMatchObject({ wanted: true, line: LINES.connectionLost });

  bench.timers.advance(250);
  bench.socket.onopen?.();
  bench.settle();
  expect(bench.socket.said).toEqual(["subscribe a", "start a"]);
  expect(bench.state).toMatchObject({ phase: "starting", wanted: true });
});

it("shows the thumbnail while the connection is lost, and still wants the video", () => {
  bench.run();
  bench.socket.onclose?.();
  bench.timers.advance(WATCHDOG_MS);

  expect(bench.shown.at(-1)).toBe("thumbnail");
  expect(bench.state).toMatchObject({ phase: "ready", wanted: true, line: LINES.connectionLost });
});

it("does not begin a new run when the old one has finished during a lost connection", () => {
  bench.run();
  bench.socket.onclose?.();
  bench.timers.advance(250);
  bench.socket.onopen?.();
  bench.socket.says({ type: "subscribed", video_id: "a" });
  bench.say("finished");
  bench.timers.advance(SETTLE_MS);

  expect(bench.socket.said).not.toContain("start a");
  expect(bench.state).toMatchObject({ wanted: false, phase: "ready", line: LINES.finished });
});

it("is not put off by the end of an earlier run when Start is pressed at once", () => {
  const early = bench.another();
  early.open();
  early.pressStart();
  bench.socket.says({ type: "subscribed", video_id: "a" });
  bench.say("finished");
  bench.timers.advance(SETTLE_MS);

  expect(bench.socket.said.at(-1)).toBe("start a");
  expect(early.snapshot()).toMatchObject({ wanted: true, phase: "starting" });
});

it("starts when the connection is back if Start was pressed without one", () => {
  bench.socket.onclose?.();
  bench.stream.pressStart();
  expect(bench.state.line).toBe(LINES.waitingForConnection);

  bench.timers.advance(250);
  bench.socket.onopen?.();
  bench.settle();
  expect(bench.socket.said).toEqual(["subscribe a", "start a"]);
});

it("is over when the video is deleted", () => {
  bench.run();
  bench.say("deleted");

  expect(bench.state).toMatchObject({ gone: true, phase: "ready", line: LINES.deleted });
});

it("says that a video does not exist", () => {
  bench.socket.says({ type: "error", code: "video_not_found", message: "There is no video a.", video_id: "a" });

  expect(bench.state).toMatchObject({ gone: true, line: { text: "There is no video a." } });
});

it("goes on when the server can subscribe again, and still wants the video", () => {
  bench.run();
  bench.socket.says({ type: "error", code: "unavailable", message: "try again in a moment", video_id: "a" });
  expect(bench.state).toMatchObject({ phase: "ready", line: { text: "try again in a moment" } });

  bench.timers.advance(RESUBSCRIBE_MS);
  bench.settle();
  expect(bench.socket.said.slice(-2)).toEqual(["subscribe a", "start a"]);
});

it("leaves no timer and no subscription behind when it is closed", () => {
  bench.run();
  bench.stream.close();

  expect(bench.timers.running).toBe(0);
  expect(bench.socket.said.at(-1)).toBe("unsubscribe a");
});
