/** What the directions of a gate are called. On the wire, one that nobody named is "forward" or "backward". */

import { texts } from "../texts";

const DIRECTIONS = ["forward", "backward"] as const;

/** As it is shown: one that nobody named by a word of the page. */
export function directionName(stored: string): string {
  const unnamed = DIRECTIONS.find((direction) => direction === stored);
  return unnamed ? texts.site.directions[unnamed] : stored;
}

/** As it is stored: independent of the language in which it was left as it is. */
export function storedDirectionName(shown: string): string {
  return DIRECTIONS.find((direction) => texts.site.directions[direction] === shown) ?? shown;
}
