import { expect, it } from "vitest";
import type { Vehicle } from "../contract";
import { barStepS, countsByType, dwellHistogram, stepsOf } from "./chart-series";

function visit(id: number, entered: number, left: number | null, visitNo = 1): Vehicle {
  return {
    vehicle_id: id,
    visit_no: visitNo,
    zone_id: "roi",
    vehicle_type: "car",
    entered_at_s: entered,
    left_at_s: left,
    vehicle_dwell_time_s: left === null ? null : left - entered,
    exit_reason: left === null ? null : "left",
    born_inside: false,
  };
}

it("steps up when a vehicle enters and down when it leaves", () => {
  expect(stepsOf([visit(1, 1, 4), visit(2, 2, null)], 6)).toEqual({
    times: [0, 1, 2, 4, 6],
    current: [0, 1, 2, 1, 1],
    total: [0, 1, 2, 2, 2],
  });
});

it("counts a returning vehicle once", () => {
  const { total, current } = stepsOf([visit(1, 1, 2), visit(1, 3, 4, 2)], 4);

  expect(total).toEqual([0, 1, 1, 1, 1]);
  expect(current).toEqual([0, 1, 0, 1, 0]);
});

it("merges simultaneous changes into one step, even at the start", () => {
  expect(stepsOf([visit(1, 0, 2), visit(2, 2, 3)], 3)).toEqual({
    times: [0, 2, 3],
    current: [1, 1, 0],
    total: [1, 2, 2],
  });
});

it("is flat without vehicles", () => {
  expect(stepsOf([], 5)).toEqual({ times: [0, 5], current: [0, 0], total: [0, 0] });
  expect(stepsOf([], 0)).toEqual({ times: [0], current: [0], total: [0] });
});

it("counts a vehicle once, in the interval in which it entered first, with its newest type", () => {
  const visits = [visit(1, 1, 2), visit(1, 12, 14), visit(2, 11, 13)].map((each, index) => ({
    ...each,
    visit_no: index === 1 ? 2 : 1,
    vehicle_type: index === 1 ? ("bus" as const) : ("car" as const),
  }));
  expect(countsByType(visits, 25, 10, ["car", "truck", "bus"])).toEqual({
    times: [5, 15, 25],
    stepS: 10,
    byType: [
      { type: "car", counts: [0, 1, 0] },
      { type: "bus", counts: [1, 0, 0] },
    ],
  });
});

it("puts an entry at the very end into the last interval", () => {
  expect(countsByType([visit(1, 20, 20)], 20, 10, ["car"]).byType[0]!.counts).toEqual([0, 1]);
});

it("has no more bars than can be told apart", () => {
  expect([3, 48, 49, 600, 86_400].map(barStepS)).toEqual([1, 1, 2, 30, 3600]);
});

it("sorts closed visits by how long they were", () => {
  const visits = [0.2, 0.6, 0.9, 3.1].map((dwell, index) => ({ ...visit(index, 0, dwell), vehicle_dwell_time_s: dwell }));
  expect(dwellHistogram(visits)).toEqual({
    values: [0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25],
    width: 0.5,
    counts: [1, 2, 0, 0, 0, 0, 1],
  });
  expect(dwellHistogram([{ ...visit(1, 0, null), vehicle_dwell_time_s: null }])).toBeNull();
});
