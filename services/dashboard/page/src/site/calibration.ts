/** The scale of the road: a rectangle on it, seen in the picture, and the lengths of its sides. Pure rules. */

import type { Calibration, Point } from "../contract";
import { texts } from "../texts";
import { isConvex } from "./shapes";

export const MIN_SIDE_M = 0.1;
export const MAX_SIDE_M = 10_000;

/** A lane of a dashed line, where a road often is in a picture. */
export const FIRST_CALIBRATION: Calibration = {
  image_points: [
    [0.4, 0.5],
    [0.6, 0.5],
    [0.75, 0.85],
    [0.25, 0.85],
  ],
  side_lengths_m: [3.5, 12, 3.5, 12],
};

/** People measure a rectangle: each length is that of two sides. `which` is 0 for the first side and the one across. */
export function withLength(calibration: Calibration, which: 0 | 1, lengthM: number): Calibration {
  const [a, b] = calibration.side_lengths_m;
  const side_lengths_m: Calibration["side_lengths_m"] = which === 0 ? [lengthM, b, lengthM, b] : [a, lengthM, a, lengthM];
  return { ...calibration, side_lengths_m };
}

export function withCorner(calibration: Calibration, index: number, point: Point): Calibration {
  const points = calibration.image_points.map((old, at) => (at === index ? point : old));
  return { ...calibration, image_points: points as Calibration["image_points"] };
}

/** Why it gives no scale, for a person; null if it does. */
export function calibrationProblem({ image_points: points, side_lengths_m: sides }: Calibration): string | null {
  if (!isConvex(points)) return texts.site.scale.notConvex;
  if (sides.some((side) => !(side >= MIN_SIDE_M && side <= MAX_SIDE_M))) {
    return texts.site.scale.badLength(MIN_SIDE_M, MAX_SIDE_M);
  }
  return null;
}

/** Opposite sides are equal: the shape is known. */
export function isRectangle({ side_lengths_m: [a, b, c, d] }: Calibration): boolean {
  return a === c && b === d;
}

/** Row by row; the last of its nine entries is 1. */
type Matrix = readonly number[];

/** The matrix that maps the four points exactly, or null if there is none. */
function homography(from: readonly Point[], to: readonly Point[]): Matrix | null {
  const rows = from.flatMap(([x, y], at) => {
    const [u, v] = to[at]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const solved = solve(rows);
  return solved && [...solved, 1];
}

/** Gaussian elimination of rows whose last entry is the right-hand side. */
function solve(rows: number[][]): number[] | null {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    if (Math.abs(rows[pivot]![column]!) < 1e-12) return null;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let at = column; at <= size; at++) rows[row]![at]! -= factor * rows[column]![at]!;
    }
  }
  return rows.map((row, at) => row[size]! / row[at]!);
}

/** Null for a point behind the camera. */
function project([a, b, c, d, e, f, g, h]: Matrix, [x, y]: Point): Point | null {
  const depth = g! * x + h! * y + 1;
  return depth <= 1e-6 ? null : [(a! * x + b! * y + c!) / depth, (d! * x + e! * y + f!) / depth];
}

function cornersOf({ side_lengths_m: [a, b] }: Calibration): Point[] {
  return [
    [0, 0],
    [a, 0],
    [a, b],
    [0, b],
  ];
}

export interface GridLine {
  from: Point;
  to: Point;
  /** On the measured rectangle; others continue it over the road. */
  isInside: boolean;
}

export interface Grid {
  stepM: number;
  lines: GridLine[];
}

const STEPS_M = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const MOST_LINES = 12;

/** Lines on the road, `stepM` apart, over the rectangle and half as far again around it. Null without a rectangle. */
export function gridOf(calibration: Calibration): Grid | null {
  if (!isRectangle(calibration) || calibrationProblem(calibration)) return null;
  const matrix = homography(cornersOf(calibration), calibration.image_points);
  if (!matrix) return null;
  const [a, b] = calibration.side_lengths_m;
  const stepM = STEPS_M.find((step) => Math.max(a, b) / step <= MOST_LINES) ?? STEPS_M.at(-1)!;
  const along = steps(a, stepM).map((x): [Point, Point] => [
    [x, -b / 2],
    [x, b * 1.5],
  ]);
  const across = steps(b, stepM).map((y): [Point, Point] => [
    [-a / 2, y],
    [a * 1.5, y],
  ]);
  const around = [...along, ...across].flatMap((ends) => pieces(matrix, ends, false));
  const inside = [
    ...steps(a, stepM, 0).map((x): [Point, Point] => [
      [x, 0],
      [x, b],
    ]),
    ...steps(b, stepM, 0).map((y): [Point, Point] => [
      [0, y],
      [a, y],
    ]),
  ].flatMap((ends) => pieces(matrix, ends, true));
  return { stepM, lines: [...around, ...inside] };
}

/** Multiples of a step from half a length before to half a length behind it; with `margin` 0 only on it. */
function steps(lengthM: number, stepM: number, margin = 0.5): number[] {
  const first = Math.ceil((-lengthM * margin) / stepM);
  const last = Math.floor((lengthM * (1 + margin)) / stepM + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * stepM);
}

const PIECES = 8;

/** Straight in the picture, too; in pieces, so that one that goes behind the camera ends at the horizon. */
function pieces(matrix: Matrix, [from, to]: [Point, Point], isInside: boolean): GridLine[] {
  const points = Array.from({ length: PIECES + 1 }, (_, at) => {
    const share = at / PIECES;
    return project(matrix, [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
  });
  return points.slice(1).flatMap((end, at) => {
    const start = points[at];
    return start && end ? [{ from: start, to: end, isInside }] : [];
  });
}

const FOCAL_LENGTHS = Array.from({ length: 400 }, (_, at) => 0.3 * (30 / 0.3) ** (at / 399));

/**
 * How far the points are from where a camera with square pixels would see the rectangle, whatever its focal length and
 * place: root mean square, as a share of the picture's height. The same as `reprojection_error` of the server.
 */
export function errorOf(calibration: Calibration, aspectRatio: number): number | null {
  if (!isRectangle(calibration) || calibrationProblem(calibration)) return null;
  const corners = cornersOf(calibration);
  const seen = calibration.image_points.map(([x, y]): Point => [(x - 0.5) * aspectRatio, y - 0.5]);
  const matrix = homography(corners, seen);
  return matrix && Math.min(...FOCAL_LENGTHS.map((focal) => errorAt(matrix, focal, seen, corners)));
}

/** Of the rigid camera nearest to the mapping: its two axes made orthogonal, of the same length. */
function errorAt(matrix: Matrix, focal: number, seen: readonly Point[], corners: readonly Point[]): number {
  const [a, b, c, d, e, f, g, h] = matrix as number[];
  const first = [a! / focal, d! / focal, g!];
  const second = [b! / focal, e! / focal, h!];
  const dot = (one: number[], other: number[]): number => one.reduce((sum, value, at) => sum + value * other[at]!, 0);
  // The square root of the 2 x 2 matrix of their products, whose trace is the sum of the singular values.
  const [aa, ab, bb] = [dot(first, first), dot(first, second), dot(second, second)];
  const root = Math.sqrt(Math.max(0, aa * bb - ab * ab));
  const trace = Math.sqrt(aa + bb + 2 * root);
  const [raa, rab, rbb] = [(aa + root) / trace, ab / trace, (bb + root) / trace];
  const determinant = raa * rbb - rab * rab;
  const scale = trace / 2 / determinant;
  const x = first.map((value, at) => (value * rbb - second[at]! * rab) * scale);
  const y = first.map((value, at) => (second[at]! * raa - value * rab) * scale);
  const squared = corners.map(([u, v], at) => {
    const depth = x[2]! * u + y[2]! * v + 1;
    const px = ((x[0]! * u + y[0]! * v + c! / focal) / depth) * focal;
    const py = ((x[1]! * u + y[1]! * v + f! / focal) / depth) * focal;
    return (px - seen[at]![0]) ** 2 + (py - seen[at]![1]) ** 2;
  });
  return Math.sqrt(squared.reduce((sum, value) => sum + value, 0) / squared.length);
}

/** Above it, points or lengths are wrong: speeds would be, too. */
export const DOUBTFUL_ERROR = 0.02;
