import type { Progress } from "../state/progress";
import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { clock, date, timeOfDay } from "../ui/format";
import type { ShownRun } from "./runs";

/** Numbers that nobody has to be warned of: stored, being fed, or of a run that has not counted anything yet. */
export function isFresh(run: ShownRun | null, state: VideoState): boolean {
  return run === null || run.finished_at !== null || state.isFed || run.coverage.analysed_s === 0;
}

/** How old numbers are that are no longer fed; null for stored results, and for those that are fed. */
export function fedNote(run: ShownRun | null, state: VideoState, progress: Progress | null): string | null {
  if (!run || isFresh(run, state)) return null;
  const at = texts.state.position(clock(run.coverage.analysed_s), clock(run.coverage.duration_s));
  if (progress?.hasMoved) return texts.numbers.asOf(timeOfDay(progress.changedAtMs), at);
  return texts.numbers.ofRunBegun(run.started_at ? date(run.started_at) : texts.numbers.earlier, at);
}
