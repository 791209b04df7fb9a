import { expect, it } from "vitest";
import type { Vehicle, VisitRow } from "../contract";
import { isParked, parkedVisits } from "./parked";

function row(entered: number, left: number, parked: boolean): VisitRow {
  return { zone_id: "roi", row_no: 1, visit_no: 1, entered_at_s: entered, left_at_s: left, is_parked: parked };
}

function visit(entered: number, left: number | null): Vehicle {
  return { visit_no: 1, entered_at_s: entered, left_at_s: left } as Vehicle;
}

it("finds the visit of a parked vehicle among those that waited as long", () => {
  const parked = parkedVisits([row(0, 63.96, true), row(0, 12, false)]);

  expect(isParked(visit(0, 63.96), parked)).toBe(true);
  expect(isParked(visit(0, 12), parked)).toBe(false);
  expect(isParked(visit(0, null), parked)).toBe(false);
});

it("marks nothing where it is not known", () => {
  expect(isParked(visit(0, 63.96), null)).toBe(false);
});
