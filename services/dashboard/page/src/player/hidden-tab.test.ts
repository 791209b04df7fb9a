import { beforeEach, expect, it } from "vitest";
import { StreamHarness } from "../../test-support/stream-harness";
import { HIDDEN_MS, suspendWhileHidden } from "./hidden-tab";

let harness: StreamHarness;
let setHidden: (isHidden: boolean) => void;
let end: () => void;

beforeEach(() => {
  harness = new StreamHarness();
  let hidden = false;
  let watcher: (() => void) | null = null;
  setHidden = (isHidden) => {
    hidden = isHidden;
    watcher?.();
  };
  const visibility = {
    isHidden: () => hidden,
    watch: (changed: () => void) => {
      watcher = changed;
      return () => void (watcher = null);
    },
  };
  end = suspendWhileHidden(harness.stream, visibility, harness.timers);
});

/** The stream goes on for this long. */
function stream(ms: number): void {
  for (let passed = 0; passed < ms; passed += 1000) {
    harness.timers.advance(1000);
    harness.deliverFrame(passed + 2);
  }
}

it("keeps its subscription while somebody looks elsewhere for a moment", () => {
  harness.startStreaming();
  setHidden(true);
  stream(HIDDEN_MS - 1000);
  setHidden(false);
  stream(HIDDEN_MS);

  expect(harness.socket.sentLines).not.toContain("unsubscribe a");
  expect(harness.state.phase).toBe("streaming");
});

it("unsubscribes after a minute, and leaves no timer", () => {
  harness.startStreaming();
  setHidden(true);
  stream(HIDDEN_MS);

  expect(harness.socket.sentLines.at(-1)).toBe("unsubscribe a");
  expect(harness.state).toMatchObject({ phase: "ready", showsFrame: false, wanted: true });
  expect(harness.screenCalls.at(-1)).toBe("thumbnail");
  expect(harness.timers.running).toBe(0);
});

it("subscribes once and demands the video again when it is seen again", () => {
  harness.startStreaming();
  setHidden(true);
  stream(HIDDEN_MS);
  setHidden(false);
  harness.settle();
  expect(harness.socket.sentLines.slice(-2)).toEqual(["subscribe a", "start a"]);

  harness.deliverFrame(99);
  expect(harness.state).toMatchObject({ phase: "streaming", showsFrame: true });
});

it("demands nothing that was not demanded before", () => {
  setHidden(true);
  harness.timers.advance(HIDDEN_MS);
  setHidden(false);
  harness.settle();

  expect(harness.socket.sentLines).toEqual(["subscribe a", "unsubscribe a", "subscribe a"]);
});

it("does nothing after its end", () => {
  setHidden(true);
  end();
  harness.timers.advance(HIDDEN_MS);

  expect(harness.socket.sentLines).toEqual(["subscribe a"]);
});
