import { expect, it } from "vitest";
import { cardGrid, heightOf, placeAfter, rowGrid, type Step, spotOf, visibleRange, windowsOf } from "./visible-rows";

const grid = { columns: 3, itemWidth: 100, itemHeight: 80, gap: 20 };

it("has as many columns as fit, and at least one", () => {
  expect([280, 360, 624, 1200, 2500, 3800].map((width) => cardGrid(width).columns)).toEqual([1, 1, 2, 3, 6, 8]);
  const { columns, itemWidth, gap } = cardGrid(1200);
  expect(columns * itemWidth + (columns - 1) * gap).toBe(1200);
  expect(rowGrid(700)).toMatchObject({ columns: 1, itemWidth: 700 });
});

it("is as high as its rows and the space between them", () => {
  expect([0, 1, 3, 4, 7].map((count) => heightOf(grid, count))).toEqual([0, 80, 80, 180, 280]);
  expect(spotOf(grid, 4)).toEqual({ left: 120, top: 100 });
});

it("draws the rows on the screen and two beyond, however many there are", () => {
  expect(visibleRange(grid, 100_000, 0, 250)).toEqual({ first: 0, last: 14 });
  expect(visibleRange(grid, 100_000, 1_000_000, 1_000_250)).toEqual({ first: 29_994, last: 30_014 });
  expect(visibleRange(grid, 4, -500, 250)).toEqual({ first: 0, last: 3 });
  expect(visibleRange(grid, 0, 0, 250)).toEqual({ first: 0, last: -1 });
  expect(visibleRange(grid, 5, 9000, 9250)).toEqual({ first: 4, last: 4 });
});

it("requests the windows that these places are in", () => {
  expect(windowsOf({ first: 0, last: 14 }, 48)).toEqual([0]);
  expect(windowsOf({ first: 40, last: 100 }, 48)).toEqual([0, 1, 2]);
  expect(windowsOf({ first: 0, last: -1 }, 48)).toEqual([0]);
});

it.each<[number, Step, number]>([
  [0, "ArrowRight", 1],
  [2, "ArrowRight", 3],
  [6, "ArrowRight", 6],
  [3, "ArrowLeft", 2],
  [0, "ArrowLeft", 0],
  [1, "ArrowDown", 4],
  [5, "ArrowDown", 6],
  [6, "ArrowDown", 6],
  [5, "ArrowUp", 2],
  [1, "ArrowUp", 1],
  [5, "Home", 0],
  [0, "End", 6],
])("from place %i of seven %s leads to %i", (from, key, to) => {
  expect(placeAfter(grid, 7, from, key)).toBe(to);
});
