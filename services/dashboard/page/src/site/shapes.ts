import type { Gate, Point, Site, SiteZone } from "../contract";

/** A zone or gate as it is drawn over the picture. Points are fractions of the picture. */
export interface Shape {
  key: PlaceKey;
  kind: "zone" | "gate";
  name: string;
  color: string;
  points: readonly Point[];
  /** A zone that is the whole picture has no outline to draw. */
  isWhole: boolean;
}

/** `zone/roi`, `gate/north`: one name for a place wherever it is shown. */
export type PlaceKey = `zone/${string}` | `gate/${string}`;

export const ROI_KEY: PlaceKey = "zone/roi";

export function zoneKey({ zone_id }: Pick<SiteZone, "zone_id">): PlaceKey {
  return `zone/${zone_id}`;
}

export function gateKey({ gate_id }: Pick<Gate, "gate_id">): PlaceKey {
  return `gate/${gate_id}`;
}

export function shapesOf(site: Site | undefined): Shape[] {
  if (!site) return [];
  const zones = site.zones.map(
    (zone): Shape => ({
      key: zoneKey(zone),
      kind: "zone",
      name: zone.name,
      color: zone.color,
      points: zone.polygon,
      isWhole: isWholePicture(zone.polygon),
    }),
  );
  const gates = site.gates.map(
    (gate): Shape => ({
      key: gateKey(gate),
      kind: "gate",
      name: gate.name,
      color: gate.color,
      points: gate.points,
      isWhole: false,
    }),
  );
  return [...zones, ...gates];
}

export function isWholePicture(polygon: readonly Point[]): boolean {
  return polygon.length === 4 && polygon.every(([x, y]) => (x === 0 || x === 1) && (y === 0 || y === 1));
}

/** How near to a gate a pointer has to be, in pixels. */
const NEAR_PX = 12;

/** The place under a pointer: a gate that is near, else the smallest zone around it. */
export function placeAt(shapes: readonly Shape[], point: Point, width: number, height: number): PlaceKey | null {
  const inPixels = ([x, y]: Point): Point => [x * width, y * height];
  const gates = shapes.filter(({ kind }) => kind === "gate");
  const distances = gates.map(({ key, points }) => ({ key, px: distance(inPixels(point), points.map(inPixels)) }));
  const nearest = distances.sort((a, b) => a.px - b.px)[0];
  if (nearest && nearest.px <= NEAR_PX) return nearest.key;
  const around = shapes.filter(({ kind, isWhole, points }) => kind === "zone" && !isWhole && contains(points, point));
  return around.sort((a, b) => area(a.points) - area(b.points))[0]?.key ?? null;
}

export function contains(polygon: readonly Point[], [x, y]: Point): boolean {
  let isInside = false;
  polygon.forEach(([ax, ay], at) => {
    const [bx, by] = polygon[(at + 1) % polygon.length]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
  });
  return isInside;
}

/** Whether every corner turns the same way, and none is straight. */
export function isConvex(polygon: readonly Point[]): boolean {
  const turns = polygon.map(([x, y], at) => {
    const [nextX, nextY] = polygon[(at + 1) % polygon.length]!;
    const [thenX, thenY] = polygon[(at + 2) % polygon.length]!;
    return Math.sign((nextX - x) * (thenY - nextY) - (nextY - y) * (thenX - nextX));
  });
  return turns[0] !== 0 && turns.every((turn) => turn === turns[0]);
}

function area(polygon: readonly Point[]): number {
  const terms = polygon.map(([x, y], at) => {
    const [nextX, nextY] = polygon[(at + 1) % polygon.length]!;
    return x * nextY - nextX * y;
  });
  return Math.abs(terms.reduce((sum, term) => sum + term, 0)) / 2;
}

/** From a point to the nearest one of a line of several points. */
function distance(point: Point, line: readonly Point[]): number {
  const pieces = line.slice(1).map((end, at) => toSegment(point, line[at]!, end));
  return Math.min(...pieces);
}

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - at * dx, y - ay - at * dy);
}

export interface Arrow {
  from: Point;
  to: Point;
}

/**
 * Across the middle of a gate in its forward direction: from the left to the right of one who walks along it. Points in
 * pixels, so that the arrow is square to the line whatever the shape of the picture is.
 */
export function forwardArrow(points: readonly Point[], lengthPx: number): Arrow {
  const { at, direction } = middle(points);
  const [dx, dy] = direction;
  return { from: at, to: [at[0] - dy * lengthPx, at[1] + dx * lengthPx] };
}

/** The point in the middle of a line, and the direction there. */
function middle(points: readonly Point[]): { at: Point; direction: Point } {
  const lengths = points.slice(1).map(([x, y], at) => Math.hypot(x - points[at]![0], y - points[at]![1]));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  const piece = lengths.findIndex((length, at) => {
    if (left <= length || at === lengths.length - 1) return true;
    left -= length;
    return false;
  });
  const [[ax, ay], [bx, by]] = [points[piece]!, points[piece + 1]!];
  const length = lengths[piece] || 1;
  const direction: Point = [(bx - ax) / length, (by - ay) / length];
  return { at: [ax + direction[0] * left, ay + direction[1] * left], direction };
}
