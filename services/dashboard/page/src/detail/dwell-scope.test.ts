import { expect, it } from "vitest";
import type { Totals, Vehicle } from "../contract";
import { dwellScope } from "./dwell-scope";

function totals(visits: number, closed: number): Totals {
  return {
    total_vehicles_count: visits,
    current_vehicles_count: visits - closed,
    visits_count: visits,
    vehicle_type: {},
    vehicle_dwell_time: { visits: closed, mean_s: 1, max_s: 1, total_s: closed },
  };
}

function visit(change: Partial<Vehicle>): Vehicle {
  return { exit_reason: "left", born_inside: false, ...change } as Vehicle;
}

it("says that every visit is in it", () => {
  expect(dwellScope(totals(9, 9), [])).toBe("Of all 9 visits.");
  expect(dwellScope(totals(1, 1), undefined)).toBe("Of the only visit.");
});

it("says whom it leaves out", () => {
  expect(dwellScope(totals(12, 9), [])).toBe("Of 9 closed visits; 3 still inside not included.");
  expect(dwellScope(totals(1, 0), [])).toBe("1 vehicle is still inside.");
  expect(dwellScope(totals(0, 0), [])).toBe("");
});

it("says how many were longer than could be seen", () => {
  const visits = [
    visit({}),
    visit({ born_inside: true }),
    visit({ exit_reason: "end_of_video" }),
    visit({ born_inside: true, exit_reason: null }),
  ];

  expect(dwellScope(totals(4, 3), visits)).toBe(
    "Of 3 closed visits; 1 still inside not included. 2 visits cut short by the start or end of the video.",
  );
});
