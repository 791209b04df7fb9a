import type { Vehicle, VisitSighting } from "../contract";

/** The visits of each track of the log: their numbers and types are those of the table of vehicles. */
export type VehicleNumbers = ReadonlyMap<number, readonly Vehicle[]>;

export function numbersOf(sightings: readonly VisitSighting[], visits: readonly Vehicle[]): VehicleNumbers {
  const byName = new Map(visits.map((visit) => [nameOf(visit), visit]));
  const found = new Map<number, Vehicle[]>();
  for (const sighting of sightings) {
    const visit = byName.get(nameOf(sighting));
    if (visit) found.set(sighting.track_id, [...(found.get(sighting.track_id) ?? []), visit]);
  }
  return found;
}

/** Of the table, and of the picture in which a visit is seen best. */
export function nameOf({ vehicle_id, visit_no, zone_id }: Pick<Vehicle, "vehicle_id" | "visit_no" | "zone_id">): string {
  return `${vehicle_id} ${visit_no} ${zone_id}`;
}

/** Whether one of the visits is going on. */
export function insideAt(visits: readonly Vehicle[] | undefined, timeS: number): boolean {
  return visits?.some(({ entered_at_s: from, left_at_s: to }) => from <= timeS && timeS <= (to ?? Infinity)) ?? false;
}
