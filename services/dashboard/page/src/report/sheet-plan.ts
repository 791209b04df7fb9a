/** How much of each part stands on the sheet, so that everything fits: pure rules. */

export interface SheetPlan {
  pictureMm: number;
  chartPx: number;
  /** Of the table of intervals. */
  lines: number;
  /** Zones and directions of gates in their table. */
  places: number;
  hasFlows: boolean;
  hasCharts: boolean;
}

export const FULL_SHEET: SheetPlan = {
  pictureMm: 70,
  chartPx: 150,
  lines: 26,
  places: 24,
  hasFlows: true,
  hasCharts: true,
};

const PX_PER_MM = 96 / 25.4;
/** A line of a table. */
const LINE_PX = 16;
const LEAST = { pictureMm: 43, chartPx: 92, lines: 6, places: 8 };
/** With fewer, the flows are of less use than the intervals. */
const LINES_BEFORE_FLOWS = 13;

/** A plan that needs less by `excessPx`, or as far as one part can give way; null if nothing is left to give. */
export function smaller(plan: SheetPlan, excessPx: number): SheetPlan | null {
  const less = (part: "pictureMm" | "chartPx" | "lines" | "places", unitPx: number, least: number): SheetPlan | null =>
    plan[part] > least ? { ...plan, [part]: Math.max(least, plan[part] - Math.ceil(excessPx / unitPx)) } : null;
  return (
    less("pictureMm", PX_PER_MM, LEAST.pictureMm) ??
    (plan.hasCharts ? less("chartPx", 1, LEAST.chartPx) : null) ??
    less("lines", LINE_PX, plan.hasFlows ? LINES_BEFORE_FLOWS : LEAST.lines) ??
    (plan.hasFlows ? { ...plan, hasFlows: false } : null) ??
    (plan.hasCharts ? { ...plan, hasCharts: false } : null) ??
    less("places", LINE_PX, LEAST.places)
  );
}
