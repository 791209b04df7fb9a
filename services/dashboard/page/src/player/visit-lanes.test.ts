import { expect, it } from "vitest";
import type { Vehicle } from "../contract";
import { visitLanes } from "./visit-lanes";

function visit(vehicle_id: number, entered_at_s: number, left_at_s: number | null): Vehicle {
  return {
    vehicle_id,
    visit_no: 1,
    zone_id: "roi",
    vehicle_type: "car",
    entered_at_s,
    left_at_s,
    vehicle_dwell_time_s: null,
    exit_reason: null,
    born_inside: false,
  };
}

const lanes = (visits: Vehicle[], count: number): [number, number][] =>
  visitLanes(visits, count, 100).map(({ visit, lane }) => [visit.vehicle_id, lane]);

it("puts visits that follow one another into one lane", () => {
  expect(lanes([visit(2, 5, 9), visit(1, 0, 5)], 3)).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

it("puts visits at the same time into different lanes", () => {
  expect(lanes([visit(1, 0, 9), visit(2, 1, null), visit(3, 2, 4), visit(4, 10, 12)], 3)).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 0],
  ]);
});

it("shares the lane that is free first where there are too few", () => {
  expect(lanes([visit(1, 0, 9), visit(2, 1, 5), visit(3, 2, 20)], 2)).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
  ]);
});
