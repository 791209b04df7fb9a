import { expect, it } from "vitest";
import type { Progress } from "../state/progress";
import type { VideoState } from "../state/video-state";
import { date, timeOfDay } from "../ui/format";
import { fedNote } from "./fed-note";
import type { ShownRun } from "./runs";

const STARTED = "2026-01-01T08:00:00Z";
const run = {
  finished_at: null,
  started_at: STARTED,
  coverage: { analysed_s: 12, duration_s: 64, fraction: 0.19 },
} as ShownRun;
const [fed, unfed] = [{ isFed: true } as VideoState, { isFed: false } as VideoState];

it("says nothing of stored results and of numbers that are fed", () => {
  expect(fedNote({ ...run, finished_at: STARTED }, unfed, null)).toBeNull();
  expect(fedNote(run, fed, null)).toBeNull();
  expect(fedNote(null, unfed, null)).toBeNull();
  expect(fedNote({ ...run, coverage: { ...run.coverage, analysed_s: 0 } }, unfed, null)).toBeNull();
});

it("dates numbers that were fed until a moment ago", () => {
  const progress = { hasMoved: true, changedAtMs: 1_000_000 } as Progress;

  expect(fedNote(run, unfed, progress)).toBe(`As of ${timeOfDay(1_000_000)}, at 0:12 of 1:04: not updated any more.`);
});

it("dates numbers of a run that was paused before the page was opened", () => {
  const progress = { hasMoved: false } as Progress;

  expect(fedNote(run, unfed, progress)).toBe(`Of a run begun ${date(STARTED)}, at 0:12 of 1:04: not finished.`);
});
