import type { Vehicle, VisitRow } from "../contract";

/** Visits of parked vehicles, by the times that their rows share with the table of vehicles. */
export type ParkedVisits = ReadonlySet<string>;

export function parkedVisits(rows: readonly VisitRow[]): ParkedVisits {
  return new Set(rows.filter((row) => row.is_parked).map((row) => keyOf(row)));
}

export function isParked(visit: Vehicle, parked: ParkedVisits | null): boolean {
  return parked !== null && visit.left_at_s !== null && parked.has(keyOf({ ...visit, left_at_s: visit.left_at_s }));
}

function keyOf({ visit_no, entered_at_s, left_at_s }: Pick<VisitRow, "visit_no" | "entered_at_s" | "left_at_s">): string {
  return `${visit_no} ${entered_at_s.toFixed(3)} ${left_at_s.toFixed(3)}`;
}
