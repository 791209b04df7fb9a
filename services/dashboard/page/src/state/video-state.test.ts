import { describe, expect, it } from "vitest";
import { FIRST_STATE, type StreamState } from "../player/stream-state";
import { observe, type Progress } from "./progress";
import { type Known, line, UNFED_MS, videoState } from "./video-state";

const NOW_MS = 1_000_000;
const READY = { status: "ready", status_reason: null, analysis: null } as const;
const STREAMING = { ...READY, status: "streaming" } as const;
const ANALYSIS = { requested_at: "2026-01-01T00:00:00Z" };

function progress(speed: number, heardMsAgo = 0): Progress {
  const seen = [0, 2, 4].map((atS) => ({
    runId: "run",
    positionS: atS * speed,
    durationS: 64,
    atMs: NOW_MS - heardMsAgo - 4000 + atS * 1000,
  }));
  return seen.reduce<Progress | null>((known, each) => observe(known, each), null)!;
}

function stream(change: Partial<StreamState>): StreamState {
  return { ...FIRST_STATE, connected: true, settled: true, ...change };
}

const watched = stream({ phase: "streaming", wanted: true, showsFrame: true, cause: "running" });

function stateOf(known: Partial<Known>) {
  return videoState({ video: READY, stream: null, progress: null, isCutOff: false, nowMs: NOW_MS, ...known });
}

describe("a stream that is watched", () => {
  it("is live as long as it is as fast as the video", () => {
    expect(stateOf({ stream: watched, progress: progress(1) })).toMatchObject({
      kind: "running",
      badge: { text: "Live", tone: "good" },
      mark: "Live",
      line: line("live"),
      progress: "0:04 of 1:04, 1 min 0 s left",
      button: { kind: "stop", isEnabled: true },
      isFed: true,
    });
  });

  it("shows the speed, position and time left of a machine that does not keep up", () => {
    expect(stateOf({ stream: watched, progress: progress(0.25) })).toMatchObject({
      badge: { text: "0.25×", tone: "warn" },
      mark: "0.25×",
      line: line("slow"),
      progress: "0.25× speed, 0:01 of 1:04, 4 min 12 s left",
    });
  });

  it("is not called live before its speed is known", () => {
    const state = stateOf({ stream: watched });
    expect([state.badge.text, state.mark, state.line.text]).toEqual(["Running", "Running", "Running."]);
  });

  it("has numbers that are not fed when only the frames go on", () => {
    expect(stateOf({ stream: watched, progress: progress(1, UNFED_MS.open + 1) })).toMatchObject({
      kind: "running",
      isFed: false,
    });
  });
});

/** Each contradicts what the list still says. */
const OVER: readonly [string, Partial<StreamState>, string][] = [
  ["stalled", { cause: "stalled" }, "Not answering"],
  ["paused", { cause: "paused" }, "Paused"],
  ["finished", { cause: "finished" }, "Finished"],
  ["failed", { cause: "failed", reason: "broken" }, "Failed"],
  ["deleted", { cause: "deleted", isMissing: true }, "Deleted"],
];

describe("a stream that is over, while the list still says streaming", () => {
  it.each(OVER)("%s: badge, line, mark, button and numbers agree", (kind, change, text) => {
    const state = stateOf({ video: STREAMING, stream: stream(change), progress: progress(1) });

    expect(state).toMatchObject({ kind, badge: { text, isMoving: false }, mark: null, isFed: false, progress: null });
    expect(state.button.kind).toBe("start");
    expect(JSON.stringify(state)).not.toContain("Live");
  });

  it("is paused at most when nobody says why it ended", () => {
    expect(stateOf({ video: STREAMING, stream: stream({ cause: "ended" }) }).kind).toBe("paused");
  });
});

describe("without a connection", () => {
  it("claims nothing that changes by itself", () => {
    const state = stateOf({ stream: watched, video: STREAMING, progress: progress(1), isCutOff: true });

    expect(state).toMatchObject({ kind: "unknown", mark: null, isFed: false, line: line("connectionLost") });
    expect(state.badge).toMatchObject({ text: "No connection", isMoving: false });
    expect(stateOf({ video: STREAMING, isCutOff: true }).badge.text).toBe("No connection");
  });

  it("keeps what does not change by itself", () => {
    expect(stateOf({ video: { ...READY, status: "finished" }, isCutOff: true }).badge.text).toBe("Finished");
  });

  it("says that a start waits for it", () => {
    const asked = stream({ connected: false, wanted: true, phase: "starting", cause: "asked" });
    expect(stateOf({ stream: asked, isCutOff: true }).line).toEqual(line("waitingForConnection"));
  });
});

describe("a run that this viewer does not demand", () => {
  const running = { phase: "streaming", showsFrame: true, cause: "running" } as const;

  it("is for another viewer only when nothing else explains it", () => {
    expect(stateOf({ stream: stream(running) }).line).toEqual(line("unwatched"));
    expect(stateOf({ stream: stream({ ...running, isForOthers: true }) }).line).toEqual(line("forOthers"));
  });

  it("is the analysis that was requested", () => {
    const video = { ...STREAMING, analysis: ANALYSIS };
    const state = stateOf({ stream: stream({ ...running, isForOthers: true }), video, progress: progress(4) });

    expect(state.line).toEqual(line("background"));
    expect(state.badge.text).toBe("Analysing 25 %");
    expect(state.button.kind).toBe("start");
  });
});

describe("a card", () => {
  it.each([
    [READY, "Ready"],
    [{ ...READY, analysis: ANALYSIS }, "Queued"],
    [{ ...READY, status: "paused", analysis: ANALYSIS }, "Queued"],
    [{ ...READY, status: "paused" }, "Paused"],
    [{ ...READY, status: "finished" }, "Finished"],
    [{ ...READY, status: "failed", analysis: ANALYSIS }, "Failed"],
    [STREAMING, "Running"],
  ] as const)("of %o says %s", (video, text) => {
    expect(stateOf({ video }).badge.text).toBe(text);
  });

  it("says where in the queue it is", () => {
    const queued = (queuePosition: number) => stateOf({ video: { ...READY, analysis: ANALYSIS }, queuePosition });

    expect(queued(1)).toMatchObject({ kind: "queued", badge: { text: "Queued, next" } });
    expect(queued(3)).toMatchObject({
      badge: { text: "Queued, no. 3" },
      line: { text: "Waiting to be analysed in the background: no. 3 in the queue." },
    });
  });

  it("is not live when nothing is heard of its run", () => {
    expect(stateOf({ video: STREAMING, progress: progress(1) }).badge.text).toBe("Live");
    expect(stateOf({ video: STREAMING, progress: progress(1, UNFED_MS.card + 1) })).toMatchObject({
      kind: "stalled",
      badge: { text: "Not answering" },
      isFed: false,
    });
  });
});

it("waits for a detector, and can be cancelled", () => {
  const asked = stream({ wanted: true, phase: "starting", cause: "asked" });
  expect(stateOf({ stream: asked })).toMatchObject({
    kind: "starting",
    line: line("asked"),
    button: { kind: "starting", isEnabled: false, canCancel: true },
  });
});

it("says that no detector is free, and shows the video as it was", () => {
  expect(stateOf({ stream: stream({ cause: "no_detector" }) })).toMatchObject({ kind: "ready", line: line("noDetector") });
});

it("tells who may only watch of no button", () => {
  expect(stateOf({}).line.text).toContain("Start Stream");
  expect(stateOf({ mayStart: false }).line).toMatchObject({ text: "Not started yet.", tone: "calm" });
  expect(stateOf({ mayStart: false, video: { ...READY, status: "paused", status_reason: "The disk is full." } }).line.text).toBe(
    "The disk is full.",
  );
});
