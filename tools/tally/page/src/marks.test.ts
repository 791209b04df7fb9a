import { expect, it } from "vitest";
import type { VehicleType } from "@dashboard/contract";
import type { Mark, Marks } from "./contract";
import { countsOf, lastPressed, withMark, withoutMark } from "./marks";

const mark = (id: string, at_s: number, vehicle_type: VehicleType = "car"): Mark => ({ id, at_s, vehicle_type });
const counting = (...marks: Mark[]): Marks => ({ marks, until_s: null });

it("keeps marks by time, and each once", () => {
  const now = withMark(withMark(counting(mark("b", 5)), mark("a", 2)), mark("b", 6));
  expect(now.marks).toEqual([mark("a", 2), mark("b", 6)]);
});

it("takes one away", () => {
  expect(withoutMark(counting(mark("a", 1), mark("b", 2)), "a").marks).toEqual([mark("b", 2)]);
});

it("counts by type", () => {
  const counts = countsOf([mark("a", 1), mark("b", 2, "bus"), mark("c", 3)]);
  expect([counts.car, counts.bus, counts.truck]).toEqual([2, 1, 0]);
});

it("undoes the last press, wherever in the video it was", () => {
  const marks = [mark("late press", 1), mark("early press", 9)];
  expect(lastPressed(marks, ["early press", "late press", "already gone"])).toEqual(marks[0]);
});

it("undoes the last mark of the video when the presses are not known any more", () => {
  expect(lastPressed([mark("a", 1), mark("b", 9)], [])).toEqual(mark("b", 9));
  expect(lastPressed([], ["gone"])).toBeUndefined();
});
