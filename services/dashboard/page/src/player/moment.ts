/** A moment of a recording, and its address: `/videos/ID?t=12.3`. */

/** The seconds in the query of an address; null where it names no moment. */
export function momentIn(search: string): number | null {
  const text = new URLSearchParams(search).get("t");
  const seconds = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

export function momentAddress(path: string, atS: number): string {
  return `${path}?t=${Number(atS.toFixed(2))}`;
}

/** The middle of the time of the picture that begins at `shownS`: rounded, it is still a time of this picture. */
export function momentOf(shownS: number, fps: number): number {
  return shownS + 0.5 / fps;
}

/** A little before, so that a vehicle is seen to come. */
export function leadIn(atS: number): number {
  return Math.max(0, atS - 1);
}
