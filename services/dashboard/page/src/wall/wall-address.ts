/** The address of a wall says what is on it: "/wall?videos=a,b". */

/** Each is a connection and a stream: more than a machine decodes at once. */
export const MOST_TILES = 16;

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The videos of an address, each once. */
export function wallVideos(search: string): string[] {
  const ids = (new URLSearchParams(search).get("videos") ?? "").split(",").filter((id) => ID.test(id));
  return [...new Set(ids)].slice(0, MOST_TILES);
}

export function wallAddress(ids: readonly string[]): string {
  return ids.length ? `/wall?videos=${ids.join(",")}` : "/wall";
}

/** How many tiles of this shape side by side are largest in a room of this size; the more, if as large. */
export function wallColumns(tiles: number, width: number, height: number, aspectRatio = 16 / 9): number {
  let best = { columns: 1, tileWidth: 0 };
  for (let columns = 1; columns <= tiles; columns++) {
    const rows = Math.ceil(tiles / columns);
    const tileWidth = Math.min(width / columns, (height / rows) * aspectRatio);
    if (tileWidth >= best.tileWidth) best = { columns, tileWidth };
  }
  return best.columns;
}
