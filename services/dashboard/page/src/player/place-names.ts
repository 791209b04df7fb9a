/** Places the names of zones and gates so that none lies on another or leaves the picture. All in pixels. */

import type { Point } from "../contract";
import { overlap, type Rect } from "./labels";

export interface Named {
  points: readonly Point[];
  width: number;
  /** It is placed even where it lies on another one. */
  isImportant: boolean;
}

export interface Corner {
  x: number;
  y: number;
}

/** From the edge of the picture, and from the point that a name stands at. */
const MARGIN = 4;
const OFFSET = 6;
/** Between two names. */
const GAP = 2;

/** The widest name that fits the picture. */
export function widestName(pictureWidth: number): number {
  return pictureWidth - 2 * MARGIN;
}

/** The upper left corner of each name: at the topmost free point of its shape, else beside a name there; null without room. */
export function placeNames(
  names: readonly Named[],
  height: number,
  picture: { width: number; height: number },
): (Corner | null)[] {
  const taken: Rect[] = [];
  return names.map(({ points, width, isImportant }) => {
    const rectAt = ({ x, y }: Corner): Rect => ({ left: x, top: y, right: x + width, bottom: y + height });
    const isInside = ({ y }: Corner): boolean => y >= MARGIN && y + height <= picture.height - MARGIN;
    const isFree = (corner: Corner): boolean => isInside(corner) && !taken.some((other) => overlap(rectAt(corner), other));
    const wanted = [...points]
      .sort((a, b) => a[1] - b[1])
      .map(([x, y]) => ({
        x: Math.max(MARGIN, Math.min(x + OFFSET, picture.width - width - MARGIN)),
        y: Math.max(MARGIN, Math.min(y + OFFSET, picture.height - height - MARGIN)),
      }));
    const beside = wanted.flatMap(({ x }) =>
      taken.flatMap(({ top, bottom }) => [
        { x, y: bottom + GAP },
        { x, y: top - height - GAP },
      ]),
    );
    const corner = wanted.find(isFree) ?? nearest(beside.filter(isFree), wanted[0]) ?? (isImportant ? wanted[0] : undefined);
    if (!corner) return null;
    taken.push(rectAt(corner));
    return corner;
  });
}

function nearest(corners: readonly Corner[], to: Corner | undefined): Corner | undefined {
  if (!to) return undefined;
  const away = ({ x, y }: Corner): number => Math.hypot(x - to.x, y - to.y);
  return [...corners].sort((a, b) => away(a) - away(b))[0];
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function shortened(text: string, widest: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= widest) return text;
  let kept = text.length - 1;
  while (kept > 1 && widthOf(`${text.slice(0, kept)}…`) > widest) kept--;
  return `${text.slice(0, kept)}…`;
}
