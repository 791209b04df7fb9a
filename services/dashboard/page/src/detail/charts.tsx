import { useMemo, useRef } from "react";
import uPlot from "uplot";
import type { Vehicle } from "../contract";
import { texts } from "../texts";
import { clock, seconds } from "../ui/format";
import { colourOf } from "../ui/theme";
import { TYPE_COLOURS, typeName, VEHICLE_TYPES } from "../ui/vehicle-types";
import { barStepS, countsByType, dwellHistogram, type Histogram, type IntervalCounts, type Steps, stepsOf } from "./chart-series";
import { axisOf, COUNT_STEPS, TIME_AXIS, TIME_STEPS_S, usePlot } from "./use-plot";

/** Of the first chart, and of the others. */
const ON_SCREEN = [180, 140] as const;

interface Props {
  visits: readonly Vehicle[];
  analysedS: number;
  durationS: number;
  /** Shows a moment of the recording. */
  onMoment?: (atS: number) => void;
  heightsPx?: readonly [number, number];
}

/** Occupancy and totals, entries by interval and type, on one axis of video time; and how long vehicles stayed. */
export default function Charts({ visits, analysedS, durationS, onMoment, heightsPx = ON_SCREEN }: Props) {
  const [highPx, lowPx] = heightsPx;
  const stepS = barStepS(durationS);
  const steps = useMemo(() => stepsOf(visits, analysedS), [visits, analysedS]);
  const counts = useMemo(() => countsByType(visits, durationS, stepS, VEHICLE_TYPES), [visits, durationS, stepS]);
  const dwells = useMemo(() => dwellHistogram(visits), [visits]);
  return (
    <>
      <StepsChart steps={steps} durationS={durationS} heightPx={highPx} onMoment={onMoment} />
      {counts.byType.length > 0 && (
        <div className="chart-block">
          <h3>{texts.detail.chartEntries(clock(stepS))}</h3>
          <CountsChart
            key={counts.byType.map(({ type }) => type).join()}
            counts={counts}
            durationS={durationS}
            heightPx={lowPx}
            onMoment={onMoment}
          />
        </div>
      )}
      {dwells && (
        <div className="chart-block">
          <h3>{texts.detail.chartDwell}</h3>
          <DwellChart dwells={dwells} heightPx={lowPx} />
        </div>
      )}
      {onMoment && <p className="muted small-text chart-hint">{texts.detail.chartHint}</p>}
    </>
  );
}

/** Empty while the pointer is outside of the chart. */
function legendValue(_: uPlot, value: number | null): string {
  return value === null ? "" : String(value);
}

/** From 0 to the end, unless a part is zoomed in by dragging. */
function wholeOr(end: number): uPlot.Range.Function {
  return (plot, from, to) => {
    const values = plot.data[0];
    const isWhole = from == null || (from === values[0] && to === values[values.length - 1]);
    return isWhole ? [0, end || 1] : [from, to];
  };
}

function timeScales(durationS: number): uPlot.Scales {
  return {
    x: { time: false, range: wholeOr(durationS) },
    y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most || 0) * 1.1))] },
  };
}

function timeAxes(element: HTMLElement): uPlot.Axis[] {
  const axis = axisOf(element);
  return [
    { ...axis, size: 30, grid: { show: false }, values: (_, ticks) => ticks.map(clock), incrs: TIME_STEPS_S },
    { ...axis, size: 44, space: 26, incrs: COUNT_STEPS },
  ];
}

const LINKED: uPlot.Cursor = { y: false, points: { size: 7 }, sync: { key: TIME_AXIS } };
const timeLegend = (): uPlot.Series => ({
  label: texts.detail.chartTime,
  value: (_, time) => (time === null ? "" : clock(time)),
});

interface ChartProps {
  durationS: number;
  heightPx: number;
  onMoment: ((atS: number) => void) | undefined;
}

function StepsChart({ steps, durationS, heightPx, onMoment }: ChartProps & { steps: Steps }) {
  const holder = useRef<HTMLDivElement>(null);
  const data = useMemo((): uPlot.AlignedData => [steps.times, steps.total, steps.current], [steps]);
  const options = useMemo(
    () => (element: HTMLElement) => {
      const series = { paths: uPlot.paths.stepped!({ align: 1 }), points: { show: false }, width: 2, value: legendValue };
      return {
        padding: [8, 20, 0, 0] as uPlot.Padding,
        legend: { markers: { width: 2 } },
        cursor: LINKED,
        scales: timeScales(durationS),
        axes: timeAxes(element),
        series: [
          timeLegend(),
          {
            ...series,
            label: texts.detail.chartTotal,
            stroke: colourOf(element, "--accent"),
            fill: colourOf(element, "--accent-faint"),
          },
          { ...series, label: texts.detail.chartInside, stroke: colourOf(element, "--series-current") },
        ],
      };
    },
    [durationS],
  );
  usePlot(holder, heightPx, data, options, onMoment);
  return <div className="chart" ref={holder} data-testid="chart" />;
}

/** Bars on top of one another. */
function CountsChart({ counts, durationS, heightPx, onMoment }: ChartProps & { counts: IntervalCounts }) {
  const holder = useRef<HTMLDivElement>(null);
  const own = useRef(counts);
  own.current = counts;
  const types = counts.byType.map(({ type }) => type);
  const data = useMemo((): uPlot.AlignedData => [counts.times, ...stacked(counts)], [counts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the types stay; others come with another key
  const options = useMemo(
    () => (element: HTMLElement) => ({
      padding: [8, 20, 0, 0] as uPlot.Padding,
      cursor: LINKED,
      scales: timeScales(durationS),
      axes: timeAxes(element),
      series: [
        timeLegend(),
        // The highest first: the others are drawn over it.
        ...types.map((type, index) => ({
          label: typeName(type),
          paths: uPlot.paths.bars!({ size: [0.86, 60] }),
          points: { show: false },
          width: 0,
          fill: TYPE_COLOURS[type],
          value: (_: uPlot, __: number | null, ___: number, at: number | null) =>
            at === null ? "" : String(own.current.byType[index]?.counts[at] ?? ""),
        })),
      ],
    }),
    [durationS],
  );
  usePlot(holder, heightPx, data, options, onMoment);
  return <div className="chart" ref={holder} data-testid="chart-entries" />;
}

/** Each series with those after it: the first is the whole height. */
function stacked({ byType }: IntervalCounts): number[][] {
  return byType.map((_, index) =>
    byType.slice(index).reduce<number[]>((sums, { counts }) => counts.map((count, at) => count + (sums[at] ?? 0)), []),
  );
}

function DwellChart({ dwells, heightPx }: { dwells: Histogram; heightPx: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const data = useMemo((): uPlot.AlignedData => [dwells.values, dwells.counts], [dwells]);
  const { width } = dwells;
  const end = width * dwells.counts.length;
  const options = useMemo(
    () => (element: HTMLElement) => ({
      padding: [8, 20, 0, 0] as uPlot.Padding,
      cursor: { y: false, points: { size: 7 } },
      scales: {
        x: { time: false, range: wholeOr(end) },
        y: { range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(4, Math.ceil((most || 0) * 1.1))] },
      },
      axes: [
        {
          ...axisOf(element),
          size: 30,
          grid: { show: false },
          values: (_: uPlot, ticks: number[]) => ticks.map((each) => seconds(each)),
        },
        { ...axisOf(element), size: 44, space: 26, incrs: COUNT_STEPS },
      ],
      series: [
        {
          label: texts.detail.chartDwellTime,
          value: (_: uPlot, at: number | null) => (at === null ? "" : `${seconds(at - width / 2)} – ${seconds(at + width / 2)}`),
        },
        {
          label: texts.detail.chartVisits,
          paths: uPlot.paths.bars!({ size: [0.86, 60] }),
          points: { show: false },
          width: 0,
          fill: colourOf(element, "--accent"),
          value: legendValue,
        },
      ],
    }),
    [width, end],
  );
  usePlot(holder, heightPx, data, options);
  return <div className="chart" ref={holder} data-testid="chart-dwell" />;
}
