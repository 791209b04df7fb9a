import { expect, it } from "vitest";
import type { Vehicle } from "../contract";
import { stepsOf } from "./chart-series";

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
