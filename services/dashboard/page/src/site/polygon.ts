import { MAX_GATE_POINTS, MAX_ROI_POINTS, MIN_GATE_POINTS, MIN_ROI_POINTS, type Point } from "../contract";
import { texts } from "../texts";

/** Why these points are not a valid region, for the user; null when they are. No points mean the whole frame. */
export function polygonProblem(points: readonly Point[]): string | null {
  if (points.length === 0) return null;
  const { problems } = texts.site;
  if (points.length < MIN_ROI_POINTS) return problems.fewPoints(MIN_ROI_POINTS - points.length);
  if (points.length > MAX_ROI_POINTS) return problems.manyPoints(MAX_ROI_POINTS);
  if (crosses(points)) return problems.outlineCrosses;
  if (Math.abs(area(points)) < SMALLEST_AREA) return problems.noArea;
  return null;
}

/** Why these points are not a valid gate, for the user; null when they are. */
export function lineProblem(points: readonly Point[]): string | null {
  const { problems } = texts.site;
  if (points.length < MIN_GATE_POINTS) return problems.fewGatePoints;
  if (points.length > MAX_GATE_POINTS) return problems.manyGatePoints(MAX_GATE_POINTS);
  const pieces = points.slice(1).map((end, at): [Point, Point] => [points[at]!, end]);
  if (pieces.some(([a, b]) => a[0] === b[0] && a[1] === b[1])) return problems.samePlace;
  if (cross(pieces, false)) return problems.gateCrosses;
  return null;
}

/** As a fraction of the picture: far below any traffic lane, above points on one line. */
const SMALLEST_AREA = 1e-5;

function area(points: readonly Point[]): number {
  const terms = points.map(([x, y], at) => {
    const [nextX, nextY] = points[(at + 1) % points.length]!;
    return x * nextY - nextX * y;
  });
  return terms.reduce((sum, term) => sum + term, 0) / 2;
}

/** True when two sides that are not neighbours touch, or two neighbours fold back on each other. */
function crosses(points: readonly Point[]): boolean {
  return cross(
    points.map((point, at): [Point, Point] => [point, points[(at + 1) % points.length]!]),
    true,
  );
}

function cross(sides: readonly [Point, Point][], isClosed: boolean): boolean {
  return sides.some(([a, b], first) =>
    sides.some(([c, d], second) => {
      if (second <= first) return false;
      const neighbours = second === first + 1 || (isClosed && first === 0 && second === sides.length - 1);
      return neighbours ? folds(a, b, c, d) : touch(a, b, c, d);
    }),
  );
}

/** Positive when c is to the left of the line from a to b, 0 when on it. */
function side(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function within(a: Point, b: Point, c: Point): boolean {
  const between = (low: number, high: number, value: number): boolean =>
    Math.min(low, high) <= value && value <= Math.max(low, high);
  return between(a[0], b[0], c[0]) && between(a[1], b[1], c[1]);
}

function touch(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abc, abd, cda, cdb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return (
    (abc === 0 && within(a, b, c)) ||
    (abd === 0 && within(a, b, d)) ||
    (cda === 0 && within(c, d, a)) ||
    (cdb === 0 && within(c, d, b))
  );
}

/** True when two sides that share one end lie on each other: the other end of one is on the other side. */
function folds(a: Point, b: Point, c: Point, d: Point): boolean {
  const [shared, first, second] = b === c ? [b, a, d] : [a, b, c];
  if (side(shared, first, second) !== 0) return false;
  return within(shared, first, second) || within(shared, second, first);
}
