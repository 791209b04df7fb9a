import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clock } from "../ui/format";
import type { Steps } from "./chart-series";

const HEIGHT_PX = 180;

/** Colours come from the style sheet, so the chart is redrawn when the colour scheme changes. */
export default function Chart({ steps, durationS }: { steps: Steps; durationS: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(steps);
  latest.current = steps;

  useEffect(() => {
    const element = holder.current!;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element, durationS), dataOf(latest.current), element);
    };
    const resizing = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    draw();
    resizing.observe(element);
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      resizing.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [durationS]);

  useEffect(() => plot.current?.setData(dataOf(steps)), [steps]);
  return <div className="chart" ref={holder} data-testid="chart" />;
}

function dataOf({ times, total, current }: Steps): uPlot.AlignedData {
  return [times, total, current];
}

/** Empty while the pointer is outside of the chart. */
function legendValue(_: uPlot, value: number | null): string {
  return value === null ? "" : String(value);
}

function optionsFor(element: HTMLElement, durationS: number): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--ink-soft"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const steppedPaths = uPlot.paths.stepped!({ align: 1 });
  const series = { paths: steppedPaths, points: { show: false }, width: 2, value: legendValue };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    padding: [8, 20, 0, 0],
    legend: { markers: { width: 2 } },
    cursor: { y: false, points: { size: 7 } },
    scales: {
      x: { time: false, range: () => [0, durationS || 1] },
      y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most || 0) * 1.1))] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        values: (_, ticks) => ticks.map(clock),
        incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
      },
      { ...axis, size: 44, space: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] },
    ],
    series: [
      { label: "Time", value: (_, time) => (time === null ? "" : clock(time)) },
      { ...series, label: "Vehicles", stroke: colour("--accent"), fill: colour("--accent-faint") },
      { ...series, label: "Inside", stroke: colour("--series-current") },
    ],
  };
}
