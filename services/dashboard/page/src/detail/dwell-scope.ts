import type { Totals, Vehicle } from "../contract";
import { count } from "../ui/format";

/** Over which visits the mean dwell time is, whom it leaves out, and which of them were longer than could be seen. */
export function dwellScope(totals: Totals, visits: readonly Vehicle[] | undefined): string {
  const closed = totals.vehicle_dwell_time.visits;
  const open = totals.visits_count - closed;
  if (!closed) return open ? `${isAre(open, "vehicle")} still inside.` : "";
  const parts = [open ? `Of ${count(closed, "closed visit")}; ${open} still inside not included.` : `Of ${all(closed)}.`];
  const cut = (visits ?? []).filter(isCut).length;
  if (cut) parts.push(`${count(cut, "visit")} cut short by the start or end of the video.`);
  return parts.join(" ");
}

function isCut({ born_inside, exit_reason }: Vehicle): boolean {
  return exit_reason === "end_of_video" || (born_inside && exit_reason !== null);
}

function all(closed: number): string {
  return closed === 1 ? "the only visit" : `all ${closed} visits`;
}

function isAre(number: number, one: string): string {
  return `${count(number, one)} ${number === 1 ? "is" : "are"}`;
}
