import type { Totals, Vehicle } from "../contract";
import { texts } from "../texts";

/** Over which visits the mean dwell time is, whom it leaves out, and which of them were longer than could be seen. */
export function dwellScope(totals: Totals, visits: readonly Vehicle[] | undefined): string {
  const closed = totals.vehicle_dwell_time.visits;
  const open = totals.visits_count - closed;
  const { stillInside, ofClosed, ofAll, cutShort } = texts.numbers;
  if (!closed) return open ? stillInside(open) : "";
  const parts = [open ? ofClosed(closed, open) : ofAll(closed)];
  const cut = (visits ?? []).filter(isCut).length;
  if (cut) parts.push(cutShort(cut));
  return parts.join(" ");
}

function isCut({ born_inside, exit_reason }: Vehicle): boolean {
  return exit_reason === "end_of_video" || (born_inside && exit_reason !== null);
}
