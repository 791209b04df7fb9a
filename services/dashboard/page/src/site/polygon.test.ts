import { expect, it } from "vitest";
import type { Point } from "../contract";
import { lineProblem, polygonProblem } from "./polygon";

const SQUARE: Point[] = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
  [0.1, 0.9],
];

it.each<[string, Point[]]>([
  ["nothing, the whole frame", []],
  ["a triangle", SQUARE.slice(0, 3)],
  ["a square", SQUARE],
  ["a square drawn the other way round", [...SQUARE].reverse()],
  [
    "a concave outline",
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0.5, 0.2],
      [0, 1],
    ],
  ],
  [
    "a point in the middle of a side",
    [
      [0.1, 0.1],
      [0.5, 0.1],
      [0.9, 0.1],
      [0.9, 0.9],
    ],
  ],
])("accepts %s", (_, points) => {
  expect(polygonProblem(points)).toBeNull();
});

it.each<[string, Point[], RegExp]>([
  ["one point", [[0, 0]], /2 more/],
  [
    "two points",
    [
      [0, 0],
      [1, 1],
    ],
    /1 more/,
  ],
  [
    "a bow tie",
    [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ],
    /crosses itself/,
  ],
  [
    "a point used twice",
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
      [0, 1],
    ],
    /crosses itself/,
  ],
  [
    "a side that folds back",
    [
      [0, 0],
      [1, 0],
      [0.4, 0],
      [0.5, 1],
    ],
    /crosses itself/,
  ],
  [
    "points on one line",
    [
      [0, 0],
      [0.5, 0.5],
      [1, 1],
    ],
    /./,
  ],
  [
    "the same point three times",
    [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    /./,
  ],
  [
    "too many points",
    Array.from({ length: 65 }, (_, at): Point => [Math.cos(at / 11) / 2 + 0.5, Math.sin(at / 11) / 2 + 0.5]),
    /at most 64/,
  ],
])("refuses %s", (_, points, reason) => {
  expect(polygonProblem(points)).toMatch(reason);
});

it("takes a gate of two points, and one that is bent or closed in a ring but for one piece", () => {
  expect(lineProblem(SQUARE.slice(0, 2))).toBeNull();
  expect(lineProblem(SQUARE)).toBeNull();
});

it.each<[string, Point[], RegExp]>([
  ["one point", SQUARE.slice(0, 1), /at least two/],
  ["the same point twice", [SQUARE[0]!, SQUARE[0]!], /one place/],
  ["a knot", [SQUARE[0]!, SQUARE[2]!, SQUARE[3]!, SQUARE[1]!], /crosses itself/],
])("refuses a gate of %s", (_, points, problem) => {
  expect(lineProblem(points)).toMatch(problem);
});
