import type { Vehicle, VehicleType } from "../contract";

/** Steps over video time: from `times[i]` on, `current[i]` vehicles are inside and `total[i]` are counted. */
export interface Steps {
  times: number[];
  current: number[];
  total: number[];
}

/** Computed from the visits, so that the chart and the table always agree. */
export function stepsOf(visits: readonly Vehicle[], analysedS: number): Steps {
  const changes = [...visits.flatMap(inside), ...firstEntries(visits)].sort((a, b) => a.at - b.at);
  const steps: Steps = { times: [0], current: [0], total: [0] };
  for (const { at, current, total } of changes) {
    const last = steps.times.length - 1;
    const now = at <= steps.times[last]! ? last : steps.times.push(at) - 1;
    steps.current[now] = steps.current[last]! + current;
    steps.total[now] = steps.total[last]! + total;
  }
  const end = steps.times.length - 1;
  if (analysedS > steps.times[end]!) {
    steps.times.push(analysedS);
    steps.current.push(steps.current[end]!);
    steps.total.push(steps.total[end]!);
  }
  return steps;
}

interface Change {
  at: number;
  current: number;
  total: number;
}

function inside({ entered_at_s, left_at_s }: Vehicle): Change[] {
  const entered = { at: entered_at_s, current: 1, total: 0 };
  return left_at_s === null ? [entered] : [entered, { at: left_at_s, current: -1, total: 0 }];
}

/** A vehicle counts once, however often it returns. */
function firstEntries(visits: readonly Vehicle[]): Change[] {
  const first = new Map<number, number>();
  for (const { vehicle_id: id, entered_at_s: at } of visits) first.set(id, Math.min(at, first.get(id) ?? at));
  return [...first.values()].map((at) => ({ at, current: 0, total: 1 }));
}

/** Vehicles that entered in each interval, by type: only the types that occurred, in the order of `types`. */
export interface IntervalCounts {
  /** In the middle of each interval. */
  times: number[];
  stepS: number;
  byType: { type: VehicleType; counts: number[] }[];
}

const STEPS_S = [1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600];
const MOST_BARS = 48;

/** Length of an interval that gives bars of a readable width. */
export function barStepS(durationS: number): number {
  return STEPS_S.find((step) => durationS / step <= MOST_BARS) ?? STEPS_S[STEPS_S.length - 1]!;
}

/** First entries: a vehicle counts once, with the type of its newest visit, as in the totals. */
export function countsByType(
  visits: readonly Vehicle[],
  durationS: number,
  stepS: number,
  types: readonly VehicleType[],
): IntervalCounts {
  const intervals = Math.max(1, Math.ceil(durationS / stepS - 1e-9));
  const vehicles = new Map<number, { at: number; visitNo: number; type: VehicleType }>();
  for (const { vehicle_id: id, entered_at_s: at, visit_no: visitNo, vehicle_type: type } of visits) {
    const known = vehicles.get(id);
    const newest = known && known.visitNo > visitNo ? known : { visitNo, type };
    vehicles.set(id, { ...newest, at: Math.min(at, known?.at ?? at) });
  }
  const byType = types.map((type) => ({ type, counts: new Array<number>(intervals).fill(0) }));
  for (const { at, type } of vehicles.values()) {
    const of = byType.find((each) => each.type === type);
    if (of) of.counts[Math.min(intervals - 1, Math.floor(at / stepS))]!++;
  }
  return {
    times: Array.from({ length: intervals }, (_, index) => Math.min(durationS, (index + 0.5) * stepS)),
    stepS,
    byType: byType.filter(({ counts }) => counts.some(Boolean)),
  };
}

export interface Histogram {
  /** In the middle of each class. */
  values: number[];
  width: number;
  counts: number[];
}

const CLASS_WIDTHS_S = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const MOST_CLASSES = 24;

/** Closed visits by their dwell time; null where there are none. */
export function dwellHistogram(visits: readonly Vehicle[]): Histogram | null {
  const dwells = visits.flatMap(({ vehicle_dwell_time_s: dwell }) => (dwell === null ? [] : [dwell]));
  if (!dwells.length) return null;
  const longest = dwells.reduce((most, dwell) => Math.max(most, dwell), 0);
  const width = CLASS_WIDTHS_S.find((each) => longest / each < MOST_CLASSES) ?? Math.ceil(longest / MOST_CLASSES);
  const counts = new Array<number>(Math.floor(longest / width) + 1).fill(0);
  for (const dwell of dwells) counts[Math.floor(dwell / width)]!++;
  return { values: counts.map((_, index) => (index + 0.5) * width), width, counts };
}
