import { beforeEach, expect, it } from "vitest";
import { WATCHDOG_MS } from "../channel/watchdog";
import { StreamBench } from "./stream-bench";
import { LINES } from "./stream-state";

let bench: StreamBench;

beforeEach(() => {
  bench = new StreamBench();
});

it("subscribes when it is opened and wants nothing yet", () => {
  expect(bench.socket.said).toEqual(["subscribe a"]);
  expect(bench.state).toMatchObject({ phase: "ready", wanted: false });
  expect(bench.timers.running).toBe(0);
});

it("goes from starting to streaming", () => {
  bench.stream.pressStart();
  expect(bench.socket.said.at(-1)).toBe("start a");
  expect(bench.state).toMatchObject({ phase: "starting", line: LINES.asking });

  bench.say("starting", "The detector is loading its model.");
  expect(bench.state.line?.text).toBe("The detector is loading its model.");

  bench.frame(5);
  expect(bench.state).toMatchObject({ phase: "streaming", pictured: true, line: LINES.live });
  expect(bench.shown).toEqual(["open a", "frame 5"]);
});

it("says that no detector is free when nothing answers for three seconds, and ends its demand", () => {
  bench.stream.pressStart();
  bench.timers.advance(WATCHDOG_MS);

  expect(bench.state).toMatchObject({ phase: "ready", wanted: false, line: LINES.noDetector });
  expect(bench.socket.said.at(-1)).toBe("stop a");
});

it("shows the thumbnail and says that the detector stopped answering when the frames stop", () => {
  bench.run();
  bench.timers.advance(WATCHDOG_MS - 1);
  expect(bench.state.phase).toBe("streaming");

  bench.timers.advance(1);
  expect(bench.shown.at(-1)).toBe("thumbnail");
  expect(bench.state).toMatchObject({ phase: "ready", wanted: false, line: LINES.stalled });
  expect(bench.socket.said.at(-1)).toBe("stop a");
});

it("keeps the reason of a stall when the pause is told afterwards", () => {
  bench.run();
  bench.timers.advance(WATCHDOG_MS);
  bench.say("paused", "Paused: nobody was watching.");

  expect(bench.state.line).toBe(LINES.stalled);
});

it.each([
  ["starting notices", () => bench.say("starting")],
  ["streaming notices", () => bench.say("streaming")],
  ["metrics", () => bench.metrics()],
  ["frames", () => bench.frame(2)],
])("takes %s as data", (_, feed) => {
  bench.run();
  for (let second = 0; second < 10; second++) {
    bench.timers.advance(2000);
    feed();
  }
  expect(bench.state.wanted).toBe(true);
});

it("shows frames again that flow for another viewer after the watchdog", () => {
  bench.run();
  bench.timers.advance(WATCHDOG_MS);
  bench.frame(9);

  expect(bench.state).toMatchObject({ phase: "streaming", wanted: false, line: LINES.liveForOthers });
  expect(bench.shown.at(-1)).toBe("frame 9");
});

it("says that a video runs in the background when it runs without pictures", () => {
  bench.say("streaming");

  expect(bench.state).toMatchObject({ wanted: false, pictured: false, line: LINES.background });
});

it("is ready again when the run is finished, and drops late frames of it", () => {
  bench.run();
  bench.say("finished");
  bench.frame(99);

  expect(bench.state).toMatchObject({ phase: "ready", wanted: false, endedRun: "run", line: LINES.finished });
  expect(bench.shown.at(-1)).toBe("thumbnail");
  expect(bench.socket.said.at(-1)).toBe("stop a");
  expect(bench.timers.running).toBe(0);
});

it("begins a new run after the end of one", () => {
  bench.run();
  bench.say("finished");
  bench.stream.pressStart();
  bench.frame(1, "run 2");

  expect(bench.state).toMatchObject({ phase: "streaming", wanted: true });
});

it("says why a run failed", () => {
  bench.run();
  bench.say("failed", "the model cannot be read");

  expect(bench.state).toMatchObject({ phase: "ready", wanted: false });
  expect(bench.state.line?.text).toBe("Failed: the model cannot be read");
});

it("waits for another detector when a run it wants is paused", () => {
  bench.run();
  bench.say("paused");
  expect(bench.state).toMatchObject({ phase: "starting", wanted: true, line: LINES.handover });

  bench.timers.advance(WATCHDOG_MS);
  expect(bench.state).toMatchObject({ phase: "ready", wanted: false });
});

it("stops when asked to, and shows the thumbnail when the pause is told", () => {
  bench.run();
  bench.stream.pressStop();
  expect(bench.socket.said.at(-1)).toBe("stop a");
  bench.frame(2);
  expect(bench.state).toMatchObject({ wanted: false, line: LINES.stopping });

  bench.say("paused");
  expect(bench.state).toMatchObject({ phase: "ready", line: LINES.paused });
  expect(bench.shown.at(-1)).toBe("thumbnail");
});

it("stays ready when the numbers of an earlier run are told", () => {
  bench.metrics();

  expect(bench.state.phase).toBe("ready");
  expect(bench.timers.running).toBe(0);
});

it("wakes the page for changes, not for every frame", () => {
  bench.run();
  let renders = 0;
  bench.stream.watch(() => renders++);
  for (let number = 2; number < 50; number++) bench.frame(number);

  expect(renders).toBe(0);
});
