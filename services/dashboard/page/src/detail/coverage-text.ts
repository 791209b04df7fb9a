import type { Coverage } from "../contract";
import { texts } from "../texts";
import { date, percent, span } from "../ui/format";
import type { ShownRun } from "./runs";

/** How much of the video was analysed. */
export function coverageText({ analysed_s: analysed, duration_s: duration, fraction }: Coverage): string {
  if (!analysed) return texts.numbers.nothingAnalysed;
  if (fraction >= 1) return texts.numbers.allAnalysed(span(duration));
  return texts.numbers.analysed(span(analysed), span(duration), percent(fraction));
}

/** Where the numbers come from. */
export function sourceText(run: ShownRun | null, isFed: boolean): string {
  const { neverStarted, byMotion, byModel, resultsOf, beingCounted, notFinished } = texts.numbers;
  if (!run) return neverStarted;
  const by = run.detector_model === "motion" ? byMotion : byModel(run.detector_model);
  if (run.finished_at !== null) return resultsOf(date(run.finished_at), by);
  return isFed ? beingCounted(by) : notFinished(by);
}
