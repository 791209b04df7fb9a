import { expect, it } from "vitest";
import { cardAfter, type Arrow } from "./card-keys";

/** Three columns, seven cards. */
const spots = Array.from({ length: 7 }, (_, at) => ({ left: (at % 3) * 300, top: Math.floor(at / 3) * 200 }));

it.each<[number, Arrow, number]>([
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
])("from card %i %s leads to %i", (from, arrow, to) => {
  expect(cardAfter(spots, from, arrow)).toBe(to);
});
