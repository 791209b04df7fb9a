import { expect, it } from "vitest";
import { markIn, choiceOf } from "./mark-choice";

it("is the same mark after a choice and back", () => {
  const visit = { vehicle_id: 1, visit_no: 1, zone_id: "roi" };
  for (const value of ["", "right", "wrong", "twice", "wrong_type bus"]) {
    const mark = markIn(value);
    expect(choiceOf(mark ? { ...visit, ...mark } : undefined)).toBe(value);
  }
  expect(markIn("wrong_type bus")).toEqual({ verdict: "wrong_type", vehicle_type: "bus" });
  expect(markIn("right")).toEqual({ verdict: "right", vehicle_type: null });
});
