import { expect, it } from "vitest";
import type { Run, VideoMetrics } from "../contract";
import { runsOf, shownRun } from "./runs";

const totals = {
  total_vehicles_count: 5,
  current_vehicles_count: 0,
  visits_count: 5,
  vehicle_type: {},
  vehicle_dwell_time: { visits: 5, mean_s: 1, max_s: 1, total_s: 5 },
};
const coverage = { analysed_s: 10, duration_s: 10, fraction: 1 };

function finished(runId: string): Run {
  const settings = {
    zones: [],
    anchor: "center",
    duration_s: 10,
    frames_per_second: 25,
    detector_model: "demo",
    suggested_engine: null,
  } as const;
  const times = { started_at: "2026-01-01T00:00:00Z", finished_at: "2026-01-01T00:01:00Z" };
  return { ...totals, ...times, run_id: runId, video_id: "a", coverage, settings: { ...settings, zones: [] } };
}

function metrics(runId: string | null, state: VideoMetrics["state"]): VideoMetrics {
  return {
    ...totals,
    video_id: "a",
    run_id: runId,
    source: state === "finished" ? "sql" : state === "running" ? "redis" : "none",
    state,
    coverage,
    detector_model: "motion",
    suggested_engine: null,
    started_at: "2026-01-02T00:00:00Z",
    finished_at: state === "finished" ? "2026-01-02T00:01:00Z" : null,
  };
}

const ids = (runs: ReturnType<typeof runsOf>) => [runs.current?.run_id ?? null, runs.finished.map((run) => run.run_id)];

it("keeps finished results in view while a new run is in progress or paused", () => {
  const runs = runsOf(metrics("new", "running"), { items: [finished("old"), finished("older")] });

  expect(ids(runs)).toEqual(["new", ["old", "older"]]);
  expect(shownRun(runs, null)).toMatchObject({ run_id: "old", detector_model: "demo" });
});

it("shows a new run once it is finished, whichever answer came first", () => {
  const beforeList = runsOf(metrics("new", "finished"), { items: [finished("old")] });
  const afterList = runsOf(metrics("new", "running"), { items: [finished("new"), finished("old")] });

  for (const runs of [beforeList, afterList]) {
    expect(ids(runs)).toEqual([null, ["new", "old"]]);
    expect(shownRun(runs, null)?.run_id).toBe("new");
  }
});

it("shows the first run while it is in progress", () => {
  expect(shownRun(runsOf(metrics("first", "running"), { items: [] }), null)?.run_id).toBe("first");
});

it("shows a chosen run, and the default when it is gone", () => {
  const runs = runsOf(metrics("new", "running"), { items: [finished("old"), finished("older")] });

  expect(shownRun(runs, "older")?.run_id).toBe("older");
  expect(shownRun(runs, "new")?.run_id).toBe("new");
  expect(shownRun(runs, "deleted")?.run_id).toBe("old");
});

it("shows nothing of a video that was never started", () => {
  expect(shownRun(runsOf(metrics(null, "none"), { items: [] }), null)).toBeNull();
  expect(shownRun(runsOf(undefined, undefined), null)).toBeNull();
});
