import { expect, it } from "vitest";
import { layersIn } from "./layers";

const ALL = { zones: true, boxes: true, labels: true, trails: true };

it("shows everything at first", () => {
  expect(layersIn(null)).toEqual(ALL);
});

it("remembers what was switched off, and shows what is new", () => {
  expect(layersIn('{"boxes":false,"zones":true}')).toEqual({ ...ALL, boxes: false });
});

it.each(["", "null", "[]", "{", '"zones"'])("is not confused by %s", (stored) => {
  expect(layersIn(stored)).toEqual(ALL);
});
