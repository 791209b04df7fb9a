import { expect, it } from "vitest";
import { type Labelled, placeLabels } from "./labels";

const PICTURE = { width: 400, height: 300 };

function box(left: number, top: number, size = 20, isImportant = false): Labelled {
  return { box: { left, top, right: left + size, bottom: top + size }, width: 40, isImportant };
}

it("puts a label above its box", () => {
  expect(placeLabels([box(100, 100)], 18, PICTURE)).toEqual([{ x: 100, y: 82 }]);
});

it("puts it below where another vehicle is above", () => {
  expect(placeLabels([box(100, 100), box(110, 80)], 18, PICTURE)).toEqual([
    { x: 100, y: 120 },
    { x: 110, y: 62 },
  ]);
});

it("puts it into a large box at the upper edge of the picture", () => {
  expect(placeLabels([{ ...box(100, 0, 300), box: { left: 100, top: 0, right: 300, bottom: 300 } }], 18, PICTURE)).toEqual([
    { x: 100, y: 0 },
  ]);
});

it("leaves it out where it would hide a vehicle or another label", () => {
  const crowd = [box(100, 100), box(100, 80), box(100, 120)];
  expect(placeLabels(crowd, 18, PICTURE)).toEqual([null, { x: 100, y: 62 }, { x: 100, y: 140 }]);
});

it("labels what is important first, and in any case", () => {
  const crowd = [box(100, 80), box(100, 120), box(100, 100, 20, true)];
  expect(placeLabels(crowd, 18, PICTURE)[2]).toEqual({ x: 100, y: 82 });
});

it("stays inside the picture", () => {
  expect(placeLabels([box(390, 5, 10)], 18, PICTURE)).toEqual([{ x: 360, y: 15 }]);
});
