import type { Coverage, RunList, Totals, VideoMetrics } from "../contract";

/** A run as the page shows it, whether its numbers are live or stored. */
export interface ShownRun extends Totals {
  run_id: string;
  coverage: Coverage;
  detector_model: string | null;
  suggested_engine: VideoMetrics["suggested_engine"];
  started_at: string | null;
  /** Null while it is in progress or paused. */
  finished_at: string | null;
}

export interface Runs {
  /** Begun and not finished. */
  current: ShownRun | null;
  /** Newest first. */
  finished: readonly ShownRun[];
}

/** What the newest metrics and the list of finished runs say together; either may be older than the other. */
export function runsOf(metrics: VideoMetrics | undefined, list: RunList | undefined): Runs {
  const finished = (list?.items ?? []).map(
    ({ settings, ...run }): ShownRun => ({
      ...run,
      detector_model: settings.detector_model,
      suggested_engine: settings.suggested_engine,
    }),
  );
  const newest = newestOf(metrics);
  if (!newest || finished.some((run) => run.run_id === newest.run_id)) return { current: null, finished };
  return newest.finished_at === null ? { current: newest, finished } : { current: null, finished: [newest, ...finished] };
}

function newestOf(metrics: VideoMetrics | undefined): ShownRun | null {
  if (!metrics || metrics.run_id === null || metrics.state === "none") return null;
  return { ...metrics, run_id: metrics.run_id, finished_at: metrics.state === "finished" ? metrics.finished_at : null };
}

/** The chosen run; without a choice the newest finished one, so that a new start hides no results. */
export function shownRun({ current, finished }: Runs, chosenId: string | null): ShownRun | null {
  const chosen = [...(current ? [current] : []), ...finished].find((run) => run.run_id === chosenId);
  return chosen ?? finished[0] ?? current;
}
