/** Which places of a long list are drawn. All rows have the same height, so that none has to be measured. */

export interface Grid {
  columns: number;
  /** Of an item, without the space beside it. */
  itemWidth: number;
  itemHeight: number;
  gap: number;
}

export interface Range {
  first: number;
  /** Included; -1: nothing. */
  last: number;
}

/** Rows drawn above and below the screen: a flick of the wheel meets no empty ones. */
const BEYOND_ROWS = 2;

const CARD = { minWidth: 288, widest: 420, share: 0.15, gap: 24, bodyHeight: 86 };
const ROW = { height: 60, gap: 0 };

/** As many columns of cards as fit; on a wide screen they are wider. */
export function cardGrid(width: number): Grid {
  const minWidth = Math.min(CARD.widest, Math.max(CARD.minWidth, width * CARD.share));
  const columns = Math.max(1, Math.floor((width + CARD.gap) / (minWidth + CARD.gap)));
  const itemWidth = (width - (columns - 1) * CARD.gap) / columns;
  return { columns, itemWidth, itemHeight: (itemWidth * 9) / 16 + CARD.bodyHeight, gap: CARD.gap };
}

export function rowGrid(width: number): Grid {
  return { columns: 1, itemWidth: width, itemHeight: ROW.height, gap: ROW.gap };
}

export function heightOf({ columns, itemHeight, gap }: Grid, count: number): number {
  return Math.max(0, Math.ceil(count / columns) * (itemHeight + gap) - gap);
}

export function spotOf({ columns, itemWidth, itemHeight, gap }: Grid, place: number): { left: number; top: number } {
  return { left: (place % columns) * (itemWidth + gap), top: Math.floor(place / columns) * (itemHeight + gap) };
}

/** The places from `top` to `bottom`, in pixels below the beginning of the list. */
export function visibleRange({ columns, itemHeight, gap }: Grid, count: number, top: number, bottom: number): Range {
  const row = itemHeight + gap;
  const firstRow = Math.max(0, Math.floor(top / row) - BEYOND_ROWS);
  const lastRow = Math.max(0, Math.floor(bottom / row) + BEYOND_ROWS);
  const first = Math.min(firstRow * columns, Math.max(0, count - 1));
  return { first, last: Math.min(count, (lastRow + 1) * columns) - 1 };
}

/** The numbers of the windows that have these places. */
export function windowsOf({ first, last }: Range, windowSize: number): number[] {
  const from = Math.floor(first / windowSize);
  const to = Math.max(from, Math.floor(last / windowSize));
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

export type Step = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End";

export function isStep(key: string): key is Step {
  return ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key);
}

/** The place that a key leads to; the same one where there is none. */
export function placeAfter({ columns }: Grid, count: number, place: number, key: Step): number {
  const wanted = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place - columns,
    // From the last but one row, also to a last row that ends before this column.
    ArrowDown: Math.floor((count - 1) / columns) > Math.floor(place / columns) ? Math.min(place + columns, count - 1) : place,
    Home: 0,
    End: count - 1,
  }[key];
  return wanted < 0 || wanted >= count ? place : wanted;
}
