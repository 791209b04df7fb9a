/** A card's place on the screen. */
export interface Spot {
  left: number;
  top: number;
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export function isArrow(key: string): key is Arrow {
  return key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown";
}

/** The card that an arrow key leads to: the neighbour in the list, or the nearest one in the row above or below. */
export function cardAfter(spots: readonly Spot[], from: number, arrow: Arrow): number {
  if (arrow === "ArrowLeft") return Math.max(0, from - 1);
  if (arrow === "ArrowRight") return Math.min(spots.length - 1, from + 1);
  const { left, top } = spots[from]!;
  const isDown = arrow === "ArrowDown";
  const beyond = spots.map((spot, at) => ({ ...spot, at })).filter((spot) => (isDown ? spot.top > top : spot.top < top));
  if (!beyond.length) return from;
  const row = isDown ? Math.min(...beyond.map((spot) => spot.top)) : Math.max(...beyond.map((spot) => spot.top));
  const inRow = beyond.filter((spot) => spot.top === row);
  return inRow.sort((a, b) => Math.abs(a.left - left) - Math.abs(b.left - left))[0]!.at;
}
