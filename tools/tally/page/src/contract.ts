/** The wire shapes of `onwatch_tally/shapes.py`, written by hand; a test compares them. */

import type { Point, VehicleType } from "@dashboard/contract";

export interface Mark {
  id: string;
  vehicle_type: VehicleType;
  at_s: number;
}

export interface Entry {
  vehicle_id: number;
  vehicle_type: VehicleType;
  at_s: number;
}

export interface Pair {
  mark: Mark;
  entry: Entry;
}

export interface Matching {
  pairs: Pair[];
  unmatched_marks: Mark[];
  unmatched_entries: Entry[];
}

export interface Counts {
  person: number;
  system: number;
  error_percent: number | null;
  geh: number;
}

export interface TypeCounts extends Counts {
  vehicle_type: VehicleType;
}

export interface Interval {
  start_s: number;
  end_s: number;
  person: number;
  system: number;
}

export interface Comparison {
  until_s: number;
  total: Counts;
  by_type: TypeCounts[];
  interval_s: number;
  intervals: Interval[];
  mape_percent: number | null;
  intervals_without_vehicles: number;
  person_per_hour: number;
  system_per_hour: number;
  is_extrapolated: boolean;
  matching: Matching;
  tolerance_s: number;
  median_delay_s: number | null;
  detector_model: string | null;
  changed_after_seen: boolean;
}

export interface Progress {
  state: "waiting" | "working" | "done" | "failed";
  fraction: number;
  reason: string | null;
}

export interface Tally {
  file: string;
  duration_s: number;
  fps: number;
  width: number;
  height: number;
  roi: Point[] | null;
  obstacle: string | null;
  conversion: Progress;
  analysis: Progress;
  saved_as: string;
}

/** `until_s` is null while the person counts. */
export interface Marks {
  marks: Mark[];
  until_s: number | null;
}
