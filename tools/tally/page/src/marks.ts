import type { VehicleType } from "@dashboard/contract";
import { VEHICLE_TYPES } from "@dashboard/ui/vehicle-types";
import type { Mark, Marks } from "./contract";

/** Sorted by time, as the server stores them. */
export function withMark(now: Marks, mark: Mark): Marks {
  const others = now.marks.filter(({ id }) => id !== mark.id);
  return { ...now, marks: [...others, mark].sort((a, b) => a.at_s - b.at_s) };
}

export function withoutMark(now: Marks, id: string): Marks {
  return { ...now, marks: now.marks.filter((mark) => mark.id !== id) };
}

export function countsOf(marks: readonly Mark[]): Record<VehicleType, number> {
  const counts = Object.fromEntries(VEHICLE_TYPES.map((type) => [type, 0])) as Record<VehicleType, number>;
  for (const { vehicle_type: type } of marks) counts[type] += 1;
  return counts;
}

/** The mark that Undo removes: the last one pressed, or after a reload the last one in the video. */
export function lastPressed(marks: readonly Mark[], pressed: readonly string[]): Mark | undefined {
  const known = new Map(marks.map((mark) => [mark.id, mark]));
  const id = pressed.findLast((id) => known.has(id));
  return id === undefined ? marks.at(-1) : known.get(id);
}
