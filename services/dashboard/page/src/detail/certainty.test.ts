import { describe, expect, test } from "vitest";
import type { TotalCertainty, VideoEvidence, VisitEvidence } from "../contract";
import { certaintyOf, doubtsAbout } from "./certainty";

function evidence(changes: Partial<TotalCertainty>): VideoEvidence {
  const zone = { zone_id: "roi", total_vehicles_count: 26, low: 26, high: 26, weak_vehicles_count: 0, unknown_reason: null };
  return { run_id: "run", has_log: true, level: 0.9, zones: [{ ...zone, ...changes }], items: [] };
}

describe("beside the total", () => {
  test("stands between which numbers it lies, and with which probability", () => {
    const shown = certaintyOf(evidence({ low: 25, high: 28, weak_vehicles_count: 3 }), 26);
    expect(shown?.text).toBe("(25 to 28)");
    expect(shown?.meaning).toContain("90");
    expect(shown?.meaning).toContain("3 vehicles");
    expect(shown?.isUnknown).toBe(false);
  });

  test("stands nothing where it is sure", () => {
    expect(certaintyOf(evidence({}), 26)).toBeNull();
  });

  test("stands nothing about another number, or before it is known", () => {
    expect(certaintyOf(evidence({ low: 25, high: 28 }), 27)).toBeNull();
    expect(certaintyOf(undefined, 26)).toBeNull();
    expect(certaintyOf({ ...evidence({}), zones: [] }, 26)).toBeNull();
  });

  test("stands that it is not known, instead of 0", () => {
    const unknown = { total_vehicles_count: 0, low: 0, high: null, unknown_reason: "nothing_detected" } as const;
    const shown = certaintyOf(evidence(unknown), 0);
    expect(shown?.isUnknown).toBe(true);
    expect(shown?.text).toBe("not known");
    expect(shown?.meaning).toContain("Nothing was detected");
  });

  test("stands that there may be more, where the model detects too little", () => {
    const unknown = { total_vehicles_count: 3, low: 3, high: null, unknown_reason: "model_detects_too_little" } as const;
    expect(certaintyOf(evidence(unknown), 3)).toMatchObject({ text: "(3 or more)", isUnknown: false });
  });
});

describe("a row", () => {
  const seen: VisitEvidence = { zone_id: "roi", vehicle_id: 1, visit_no: 1, is_weak: true, weaknesses: ["few", "unsure"] };

  test("on weak evidence says the first reason in short, and all of them in full", () => {
    const doubts = doubtsAbout(seen);
    expect(doubts?.text).toBe("Uncertain: few detections");
    expect(doubts?.meaning).toContain("few detections. detected with little confidence.");
  });

  test("that was seen well says nothing", () => {
    expect(doubtsAbout({ ...seen, is_weak: false })).toBeNull();
    expect(doubtsAbout(undefined)).toBeNull();
  });
});
