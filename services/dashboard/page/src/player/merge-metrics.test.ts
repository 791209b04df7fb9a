import { expect, it } from "vitest";
import type { Metrics, Totals, VideoMetrics } from "../contract";
import { mergeMetrics, visitsChanged } from "./merge-metrics";

function totals(total: number): Totals {
  const dwell = { visits: 0, mean_s: 0, max_s: 0, total_s: 0 };
  return {
    total_vehicles_count: total,
    current_vehicles_count: 0,
    visits_count: total,
    vehicle_type: {},
    vehicle_dwell_time: dwell,
  };
}

const coverage = { analysed_s: 3, duration_s: 10, fraction: 0.3 };
const live: Metrics = { type: "metrics", video_id: "a", run_id: "r1", batch_no: 4, totals: totals(7), coverage };
const known: VideoMetrics = {
  ...totals(5),
  video_id: "a",
  run_id: "r1",
  source: "redis",
  state: "running",
  coverage: { ...coverage, analysed_s: 2 },
  detector_model: "demo",
  suggested_engine: "motion",
  started_at: "2026-01-01T00:00:00Z",
  finished_at: null,
};

it("takes the live metrics and keeps what the channel does not carry", () => {
  expect(mergeMetrics(known, live)).toEqual({ ...known, ...totals(7), coverage });
});

it("resets with another run", () => {
  expect(mergeMetrics({ ...known, run_id: "r0", state: "finished", source: "sql" }, live)).toMatchObject({
    run_id: "r1",
    source: "redis",
    state: "running",
    detector_model: null,
    suggested_engine: null,
  });
});

it("keeps stored results when a message of their run is late", () => {
  const stored: VideoMetrics = { ...known, state: "finished", source: "sql" };

  expect(mergeMetrics(stored, live)).toBe(stored);
});

it("detects that a vehicle has entered or left", () => {
  expect(visitsChanged(totals(5), totals(5))).toBe(false);
  expect(visitsChanged(totals(5), totals(6))).toBe(true);
});
