import type { Vehicle } from "../contract";

export type SortKey =
  | "vehicle_id"
  | "visit_no"
  | "vehicle_type"
  | "entered_at_s"
  | "left_at_s"
  | "vehicle_dwell_time_s"
  | "exit_reason";

export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** By one column; unknown values come last, and equal ones are ordered by vehicle and visit. */
export function sortVisits(visits: readonly Vehicle[], { key, descending }: Sort): Vehicle[] {
  const sign = descending ? -1 : 1;
  return [...visits].sort((a, b) => {
    const [left, right] = [a[key], b[key]];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byVisit(a, b);
    return sign * (left < right ? -1 : Number(left > right)) || byVisit(a, b);
  });
}

function byVisit(a: Vehicle, b: Vehicle): number {
  return a.vehicle_id - b.vehicle_id || a.visit_no - b.visit_no;
}
