import { expect, it } from "vitest";
import type { Vehicle } from "../contract";
import { sortVisits } from "./sort-visits";

const visits = [
  { vehicle_id: 2, visit_no: 1, vehicle_dwell_time_s: 5 },
  { vehicle_id: 1, visit_no: 2, vehicle_dwell_time_s: null },
  { vehicle_id: 1, visit_no: 1, vehicle_dwell_time_s: 5 },
  { vehicle_id: 3, visit_no: 1, vehicle_dwell_time_s: 9 },
] as Vehicle[];
const order = (sorted: Vehicle[]): string[] => sorted.map((visit) => `${visit.vehicle_id}.${visit.visit_no}`);

it("sorts by a column, and equal values by vehicle and visit", () => {
  expect(order(sortVisits(visits, { key: "vehicle_id", descending: false }))).toEqual(["1.1", "1.2", "2.1", "3.1"]);
});

it("puts unknown values last, in both directions", () => {
  expect(order(sortVisits(visits, { key: "vehicle_dwell_time_s", descending: false }))).toEqual(["1.1", "2.1", "3.1", "1.2"]);
  expect(order(sortVisits(visits, { key: "vehicle_dwell_time_s", descending: true }))).toEqual(["3.1", "1.1", "2.1", "1.2"]);
});
