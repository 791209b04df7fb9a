import { expect, it } from "vitest";
import { FULL_SHEET, type SheetPlan, smaller } from "./sheet-plan";

/** All plans from the full sheet on, each too high by so much. */
function plans(excessPx: number): SheetPlan[] {
  const found = [FULL_SHEET];
  for (let next = smaller(FULL_SHEET, excessPx); next; next = smaller(next, excessPx)) found.push(next);
  return found;
}

it("gives way by what is needed, the picture first", () => {
  expect(smaller(FULL_SHEET, 10)).toEqual({ ...FULL_SHEET, pictureMm: FULL_SHEET.pictureMm - 3 });
});

it("keeps the zones and gates longest", () => {
  const [last, ...before] = plans(10_000).reverse();
  expect(last).toMatchObject({ places: 8, lines: 6, hasFlows: false, hasCharts: false });
  expect(before[0]).toMatchObject({ places: FULL_SHEET.places, hasFlows: false, hasCharts: false });
});

it("drops the flows rather than most of the intervals", () => {
  const withoutFlows = plans(40).find(({ hasFlows }) => !hasFlows);
  expect(withoutFlows).toMatchObject({ lines: 13, hasCharts: true });
});

it("comes to an end", () => {
  expect(smaller(plans(1).at(-1)!, 1)).toBeNull();
});
