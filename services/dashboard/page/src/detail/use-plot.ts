import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colourOf, watchColours } from "../ui/theme";

/** All charts over video time share their cursor and the part that is zoomed in. */
export const TIME_AXIS = "video-time";

/**
 * Draws a chart into an element, again for other options. Colours come from the style sheet, so it is also redrawn when the
 * theme changes. A click tells the value of the x axis.
 */
export function usePlot(
  holder: RefObject<HTMLDivElement | null>,
  heightPx: number,
  data: uPlot.AlignedData,
  options: (element: HTMLElement) => Omit<uPlot.Options, "width" | "height">,
  onClick?: (x: number) => void,
): void {
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ data, onClick });
  latest.current = { data, onClick };

  useEffect(() => {
    const element = holder.current!;
    const draw = (): void => {
      plot.current?.destroy();
      const size = { width: element.clientWidth, height: heightPx };
      const made = new uPlot({ ...options(element), ...size }, latest.current.data, element);
      made.over.addEventListener("click", () => {
        const { left } = made.cursor;
        // A drag has zoomed; a click has not.
        if (left !== undefined && left >= 0 && !made.select.width) latest.current.onClick?.(made.posToVal(left, "x"));
      });
      plot.current = made;
    };
    const resizing = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }));
    draw();
    resizing.observe(element);
    const unwatch = watchColours(draw);
    return () => {
      unwatch();
      resizing.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [holder, heightPx, options]);

  useEffect(() => plot.current?.setData(data), [data]);
}

/** The axis and grid of every chart. */
export function axisOf(element: HTMLElement): uPlot.Axis {
  const style = getComputedStyle(element);
  return {
    stroke: colourOf(element, "--ink-soft"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colourOf(element, "--line"), width: 1 },
    ticks: { show: false },
  };
}

export const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];
export const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
