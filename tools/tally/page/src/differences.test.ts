import { expect, it } from "vitest";
import type { VehicleType } from "@dashboard/contract";
import type { Entry, Mark } from "./contract";
import { differencesOf } from "./differences";

const mark = (at_s: number, vehicle_type: VehicleType): Mark => ({ id: `at-${at_s}`, at_s, vehicle_type });
const entry = (at_s: number, vehicle_type: VehicleType): Entry => ({ vehicle_id: at_s, at_s, vehicle_type });

it("lists by time what only one of the two saw, and other types", () => {
  const found = differencesOf({
    pairs: [
      { mark: mark(4, "truck"), entry: entry(3, "car") },
      { mark: mark(6, "car"), entry: entry(6, "car") },
    ],
    unmatched_marks: [mark(9, "bus")],
    unmatched_entries: [entry(1, "bicycle")],
  });
  expect(found.map(({ kind, at_s }) => [kind, at_s])).toEqual([
    ["system", 1],
    ["type", 3],
    ["person", 9],
  ]);
});

it("takes a vehicle without a type for any", () => {
  const pairs = [
    { mark: mark(1, "vehicle"), entry: entry(1, "car") },
    { mark: mark(2, "bus"), entry: entry(2, "vehicle") },
  ];
  expect(differencesOf({ pairs, unmatched_marks: [], unmatched_entries: [] })).toEqual([]);
});
