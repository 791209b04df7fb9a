import { beforeEach, expect, it } from "vitest";
import { WATCHDOG_MS } from "../channel/watchdog";
import { LINGER_MS } from "./stream-state";
import type { Counts } from "../contract";
import { StreamHarness } from "../../test-support/stream-harness";

let harness: StreamHarness;

beforeEach(() => {
  harness = new StreamHarness();
});

it("subscribes without demand when it is opened", () => {
  expect(harness.socket.sentLines).toEqual(["subscribe a"]);
  expect(harness.state).toMatchObject({ phase: "ready", wanted: false });
  expect(harness.timers.running).toBe(0);
});

it("goes from starting to streaming", () => {
  harness.stream.pressStart();
  expect(harness.socket.sentLines.at(-1)).toBe("start a");
  expect(harness.state).toMatchObject({ phase: "starting", cause: "asked" });

  harness.deliverState("starting", "The detector is loading its model.");
  expect(harness.state.reason).toBe("The detector is loading its model.");

  harness.deliverFrame(5);
  expect(harness.state).toMatchObject({ phase: "streaming", showsFrame: true, cause: "running" });
  expect(harness.screenCalls).toEqual(["open a", "frame 5"]);
});

it("reports that no detector is free after three seconds without data, and ends its demand", () => {
  harness.stream.pressStart();
  harness.timers.advance(WATCHDOG_MS);

  expect(harness.state).toMatchObject({ phase: "ready", wanted: false, cause: "no_detector" });
  expect(harness.socket.sentLines.at(-1)).toBe("stop a");
});

it("shows the thumbnail and reports a stall when the frames stop", () => {
  harness.startStreaming();
  harness.timers.advance(WATCHDOG_MS - 1);
  expect(harness.state.phase).toBe("streaming");

  harness.timers.advance(1);
  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
  expect(harness.state).toMatchObject({ phase: "ready", wanted: false, cause: "stalled" });
  expect(harness.socket.sentLines.at(-1)).toBe("stop a");
});

it("keeps the reason of a stall when a pause follows", () => {
  harness.startStreaming();
  harness.timers.advance(WATCHDOG_MS);
  harness.deliverState("paused", "Paused: nobody was watching.");

  expect(harness.state.cause).toBe("stalled");
});

it.each([
  ["starting states", () => harness.deliverState("starting")],
  ["streaming states", () => harness.deliverState("streaming")],
  ["metrics", () => harness.deliverMetrics()],
  ["frames", () => harness.deliverFrame(2)],
])("counts %s as data", (_, feed) => {
  harness.startStreaming();
  for (let second = 0; second < 10; second++) {
    harness.timers.advance(2000);
    feed();
  }
  expect(harness.state.wanted).toBe(true);
});

it("shows the frames of another viewer's stream after a stall", () => {
  harness.startStreaming();
  harness.timers.advance(WATCHDOG_MS);
  harness.deliverFrame(9);

  expect(harness.state).toMatchObject({ phase: "streaming", wanted: false, cause: "running" });
  expect(harness.screenCalls.at(-1)).toBe("frame 9");
});

it("is not taken for another viewer's while the run lingers after its own demand", () => {
  harness.startStreaming();
  harness.stream.pressStop();
  harness.timers.advance(2000);
  harness.deliverFrame(2);
  expect(harness.state).toMatchObject({ isForOthers: false, cause: "stopping" });

  for (let number = 3; number < 6; number++) {
    harness.timers.advance(2000);
    harness.deliverFrame(number);
  }
  expect(harness.state).toMatchObject({ isForOthers: true, cause: "running" });
});

it("is not taken for another viewer's right after the page was loaded", () => {
  harness.deliverState("streaming");
  harness.deliverFrame(1);
  expect(harness.state.isForOthers).toBe(false);

  harness.timers.advance(LINGER_MS + 1);
  harness.deliverFrame(2);
  expect(harness.state.isForOthers).toBe(true);

  harness.stream.pressStart();
  expect(harness.state.isForOthers).toBe(false);
});

it("reports a video that streams without frames as running in the background", () => {
  harness.deliverState("streaming");

  expect(harness.state).toMatchObject({ wanted: false, showsFrame: false, cause: "running" });
});

it("is ready again when the run has finished, and drops its late frames", () => {
  harness.startStreaming();
  harness.deliverState("finished");
  harness.deliverFrame(99);

  expect(harness.state).toMatchObject({ phase: "ready", wanted: false, endedRun: "run", cause: "finished" });
  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
  expect(harness.socket.sentLines.at(-1)).toBe("stop a");
  expect(harness.timers.running).toBe(0);
});

it("starts a new run after the end of one", () => {
  harness.startStreaming();
  harness.deliverState("finished");
  harness.stream.pressStart();
  harness.deliverFrame(1, "run 2");

  expect(harness.state).toMatchObject({ phase: "streaming", wanted: true });
});

it("shows why a run failed", () => {
  harness.startStreaming();
  harness.deliverState("failed", "the model cannot be read");

  expect(harness.state).toMatchObject({ phase: "ready", wanted: false });
  expect(harness.state.reason).toBe("the model cannot be read");
});

it("waits for another detector when a demanded run is paused or lost", () => {
  harness.startStreaming();
  harness.deliverState("paused");
  expect(harness.state).toMatchObject({ phase: "starting", wanted: true, cause: "handover" });

  harness.timers.advance(WATCHDOG_MS);
  expect(harness.state).toMatchObject({ phase: "ready", wanted: false });
});

it("shows why a run that others demanded is paused", () => {
  harness.deliverState("streaming");
  harness.deliverState("paused", "The detector was lost. The run resumes from the last commit.");

  expect(harness.state).toMatchObject({ phase: "ready", wanted: false });
  expect(harness.state.reason).toBe("The detector was lost. The run resumes from the last commit.");
});

it("stops on request, and shows the thumbnail once the run is paused", () => {
  harness.startStreaming();
  harness.stream.pressStop();
  expect(harness.socket.sentLines.at(-1)).toBe("stop a");
  harness.deliverFrame(2);
  expect(harness.state).toMatchObject({ wanted: false, cause: "stopping" });

  harness.deliverState("paused");
  expect(harness.state).toMatchObject({ phase: "ready", cause: "paused" });
  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
});

it("stays ready when metrics of an earlier run arrive", () => {
  harness.deliverMetrics();

  expect(harness.state.phase).toBe("ready");
  expect(harness.timers.running).toBe(0);
});

it("tells of a recount, which is no sign of a run", () => {
  let told = 0;
  harness.stream.watchRecounts(() => told++);
  harness.socket.deliver({ type: "recount", video_id: "a", run_id: "run", revision: 2, state: "finished" });

  expect(told).toBe(1);
  expect(harness.state).toMatchObject({ phase: "ready", cause: "none" });
});

it("passes on the live numbers of zones and gates", () => {
  const seen: Counts[] = [];
  harness.stream.watchCounts((counts) => seen.push(counts));
  const counts = { zones: [], gates: [{ gate_id: "north", forward: { car: 1 }, backward: {} }] };
  harness.socket.deliver({ type: "counts", video_id: "a", run_id: "run", batch_no: 3, counts });

  expect(seen).toMatchObject([{ run_id: "run", counts }]);
});

it("notifies the page of changes, not of every frame", () => {
  harness.startStreaming();
  let renders = 0;
  harness.stream.watch(() => renders++);
  for (let number = 2; number < 50; number++) harness.deliverFrame(number);

  expect(renders).toBe(0);
});

it("says why a start is refused, and demands nothing any more", () => {
  harness.stream.pressStart();
  harness.socket.deliver({ type: "refused", video_id: "a", message: "to start a video needs the role operator" });

  expect(harness.state).toMatchObject({ phase: "ready", wanted: false, pending: false, cause: "refused" });
  expect(harness.state.reason).toBe("to start a video needs the role operator");
});
