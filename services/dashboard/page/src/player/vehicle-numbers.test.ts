import { expect, it } from "vitest";
import type { Vehicle, VisitSighting } from "../contract";
import { insideAt, numbersOf } from "./vehicle-numbers";

function visit(vehicle_id: number, visit_no: number, entered_at_s: number): Vehicle {
  return {
    vehicle_id,
    visit_no,
    zone_id: "roi",
    vehicle_type: "bus",
    entered_at_s,
    left_at_s: entered_at_s + 2,
    vehicle_dwell_time_s: 2,
    exit_reason: "left",
    born_inside: false,
  };
}

function sighting(vehicle_id: number, visit_no: number, track_id: number): VisitSighting {
  return { vehicle_id, visit_no, zone_id: "roi", track_id, at_s: 0, left: 0, top: 0, right: 1, bottom: 1 };
}

it("gives a track the visits of its vehicle", () => {
  const numbers = numbersOf([sighting(1, 1, 7), sighting(1, 2, 7), sighting(2, 1, 9)], [visit(1, 1, 0), visit(1, 2, 8)]);
  expect([...numbers].map(([track, visits]) => [track, visits.length])).toEqual([[7, 2]]);
  expect([1, 5, 9].map((timeS) => insideAt(numbers.get(7), timeS))).toEqual([true, false, true]);
  expect(insideAt(numbers.get(9), 1)).toBe(false);
});
