import type { Metrics, Totals, VideoMetrics } from "../contract";

/** The metrics after a live message. A late message of a stored run changes nothing. */
export function mergeMetrics(known: VideoMetrics | undefined, live: Metrics): VideoMetrics {
  const same = known?.run_id === live.run_id ? known : undefined;
  if (same?.state === "finished") return same;
  return {
    ...live.totals,
    video_id: live.video_id,
    run_id: live.run_id,
    source: "redis",
    state: "running",
    coverage: live.coverage,
    detector_model: same?.detector_model ?? null,
    suggested_engine: same?.suggested_engine ?? null,
    started_at: same?.started_at ?? null,
    finished_at: null,
  };
}

/** True when a vehicle has entered or left in between. */
export function visitsChanged(before: Totals, now: Totals): boolean {
  return (
    before.total_vehicles_count !== now.total_vehicles_count ||
    before.current_vehicles_count !== now.current_vehicles_count ||
    before.visits_count !== now.visits_count ||
    before.vehicle_dwell_time.visits !== now.vehicle_dwell_time.visits
  );
}
