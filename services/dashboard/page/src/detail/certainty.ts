import type { TotalCertainty, VideoEvidence, VisitEvidence } from "../contract";
import { texts } from "../texts";
import { percent } from "../ui/format";

export const ROI_ID = "roi";

/** What stands beside a total, and what it means. */
export interface ShownCertainty {
  text: string;
  meaning: string;
  /** The total says nothing: it is not shown. */
  isUnknown: boolean;
}

/** Of the region of interest; null where the total is sure, or nothing is known about it. */
export function certaintyOf(evidence: VideoEvidence | undefined, total: number | undefined): ShownCertainty | null {
  const zone = evidence?.zones.find(({ zone_id }) => zone_id === ROI_ID);
  // A number that is not the one on the page would only puzzle.
  if (!evidence || !zone || zone.total_vehicles_count !== total) return null;
  const { low, high, weak_vehicles_count: weak, unknown_reason: reason } = zone;
  const { numbers } = texts;
  if (reason) {
    const text = total === 0 ? numbers.unknownTotal : numbers.totalFrom(low);
    return { text, meaning: numbers.unknownReasons[reason], isUnknown: total === 0 };
  }
  if (high === null || isSure(zone)) return null;
  const meaning = [numbers.totalBetween(percent(evidence.level), low, high), weak ? numbers.weakVehicles(weak) : ""];
  return { text: numbers.totalRange(low, high), meaning: meaning.join(" ").trim(), isUnknown: false };
}

function isSure({ low, high, total_vehicles_count: total }: TotalCertainty): boolean {
  return low === total && high === total;
}

/** Why a row hangs on weak evidence: in short, and in full. */
export function doubtsAbout(seen: VisitEvidence | undefined): { text: string; meaning: string } | null {
  if (!seen?.is_weak) return null;
  const reasons = seen.weaknesses.map((weakness) => texts.numbers.weaknesses[weakness]);
  const [first] = reasons;
  return {
    text: first ? texts.numbers.uncertainBecause(first) : texts.numbers.uncertain,
    meaning: [...reasons.map((reason) => `${reason}.`), texts.numbers.uncertainMeaning].join(" "),
  };
}
