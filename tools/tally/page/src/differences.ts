import type { Entry, Mark, Matching } from "./contract";

export type Difference =
  | { kind: "person"; at_s: number; mark: Mark }
  | { kind: "system"; at_s: number; entry: Entry }
  | { kind: "type"; at_s: number; mark: Mark; entry: Entry };

/** All differences between the two counts, by time. A missing type is no difference. */
export function differencesOf(matching: Matching): Difference[] {
  const all: Difference[] = [
    ...matching.unmatched_marks.map((mark): Difference => ({ kind: "person", at_s: mark.at_s, mark })),
    ...matching.unmatched_entries.map((entry): Difference => ({ kind: "system", at_s: entry.at_s, entry })),
    ...matching.pairs.filter(otherType).map((pair): Difference => ({ kind: "type", at_s: pair.entry.at_s, ...pair })),
  ];
  return all.sort((a, b) => a.at_s - b.at_s);
}

function otherType({ mark, entry }: { mark: Mark; entry: Entry }): boolean {
  const types = [mark.vehicle_type, entry.vehicle_type];
  return types[0] !== types[1] && !types.includes("vehicle");
}
