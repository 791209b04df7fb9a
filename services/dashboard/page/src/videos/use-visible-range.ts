import { type RefObject, useLayoutEffect, useState } from "react";
import { cardGrid, type Grid, type Range, rowGrid, visibleRange } from "./visible-rows";
import type { Layout } from "./list-view";

interface Visible {
  grid: Grid;
  range: Range;
}

/** The grid of the list as wide as its element, and the places of it that are on the screen. */
export function useVisibleRange(list: RefObject<HTMLElement | null>, layout: Layout, count: number): Visible {
  const [visible, setVisible] = useState<Visible>(() => measured(null, layout, count));
  useLayoutEffect(() => {
    const measure = (): void =>
      setVisible((known) => {
        const found = measured(list.current, layout, count);
        return isSame(known, found) ? known : found;
      });
    measure();
    const resized = new ResizeObserver(measure);
    if (list.current) resized.observe(list.current);
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      resized.disconnect();
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [list, layout, count]);
  return visible;
}

function measured(element: HTMLElement | null, layout: Layout, count: number): Visible {
  const { top, width } = element?.getBoundingClientRect() ?? { top: 0, width: innerWidth };
  const grid = layout === "grid" ? cardGrid(width) : rowGrid(width);
  return { grid, range: visibleRange(grid, count, -top, innerHeight - top) };
}

function isSame(one: Visible, other: Visible): boolean {
  return (
    one.grid.columns === other.grid.columns &&
    one.grid.itemWidth === other.grid.itemWidth &&
    one.grid.itemHeight === other.grid.itemHeight &&
    one.range.first === other.range.first &&
    one.range.last === other.range.last
  );
}
