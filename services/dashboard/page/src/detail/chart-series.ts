import type { Vehicle } from "../contract";

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
