import { describe, expect, it } from "vitest";
import type { Calibration } from "../contract";
import { calibrationProblem, DOUBTFUL_ERROR, errorOf, FIRST_CALIBRATION, gridOf, withCorner, withLength } from "./calibration";

const WIDE = 16 / 9;

const OBLIQUE: Calibration = {
  image_points: [
    [0.2, 0.3],
    [0.55, 0.25],
    [0.9, 0.8],
    [0.1, 0.7],
  ],
  side_lengths_m: [10, 8, 10, 8],
};

// The values of `GroundPlane.reprojection_error` in libs/counting for the same points.
it.each([
  ["the first rectangle", FIRST_CALIBRATION, 0.000666],
  ["an oblique one with wrong lengths", OBLIQUE, 0.284484],
])("tells the error of %s as the server does", (_, calibration, expected) => {
  expect(errorOf(calibration, WIDE)).toBeCloseTo(expected, 5);
});

it("begins with a rectangle that is precise", () => {
  expect(calibrationProblem(FIRST_CALIBRATION)).toBeNull();
  expect(errorOf(FIRST_CALIBRATION, WIDE)).toBeLessThan(DOUBTFUL_ERROR);
});

describe("the grid", () => {
  it("has its corners at the four points, and a line through the middle of the road", () => {
    const grid = gridOf(withLength(withLength(FIRST_CALIBRATION, 0, 4), 1, 12))!;
    const starts = grid.lines.filter(({ isInside }) => isInside).map(({ from }) => from);

    expect(grid.stepM).toBe(1);
    expect(starts[0]![0]).toBeCloseTo(0.4);
    expect(starts[0]![1]).toBeCloseTo(0.5);
    // Of four metres across, the line at two is in the middle of the far side.
    expect(starts.some(([x, y]) => Math.abs(x - 0.5) < 1e-9 && Math.abs(y - 0.5) < 1e-9)).toBe(true);
  });

  it("continues over the road around the rectangle, up to the horizon", () => {
    const { lines } = gridOf(FIRST_CALIBRATION)!;

    expect(lines.some(({ isInside }) => !isInside)).toBe(true);
    expect(lines.every(({ from, to }) => [...from, ...to].every(Number.isFinite))).toBe(true);
  });

  it("has few lines for any length", () => {
    expect(gridOf(withLength(FIRST_CALIBRATION, 1, 9000))!.lines.length).toBeLessThan(800);
    expect(gridOf(withLength(FIRST_CALIBRATION, 1, 9000))!.stepM).toBe(1000);
  });
});

it("changes opposite sides together", () => {
  expect(withLength({ ...OBLIQUE, side_lengths_m: [1, 2, 3, 4] }, 1, 7).side_lengths_m).toEqual([1, 7, 1, 7]);
});

it("draws nothing where four lengths leave the shape open", () => {
  const open: Calibration = { ...FIRST_CALIBRATION, side_lengths_m: [3, 12, 4, 12] };

  expect([gridOf(open), errorOf(open, WIDE)]).toEqual([null, null]);
});

it.each([
  ["a dent", withCorner(FIRST_CALIBRATION, 2, [0.45, 0.52]), /without a dent/],
  ["crossed corners", withCorner(FIRST_CALIBRATION, 0, [0.9, 0.9]), /without a dent/],
  ["no length", withLength(FIRST_CALIBRATION, 0, 0), /between 0.1 and 10,000 metres/],
  ["a length that is no number", withLength(FIRST_CALIBRATION, 0, NaN), /between/],
])("refuses %s", (_, calibration, problem) => {
  expect(calibrationProblem(calibration)).toMatch(problem);
  expect(gridOf(calibration)).toBeNull();
});
