import { lazy, Suspense, useMemo } from "react";
import { useVehicles } from "../api/queries";
import { stepsOf } from "./chart-series";
import type { ShownRun } from "./runs";

// The chart library is a third of the page's code, and not needed for the first render.
const Chart = lazy(() => import("./chart"));

export function Timeline({ id, run }: { id: string; run: ShownRun | null }) {
  const visits = useVehicles(id, run?.run_id ?? null).data?.items;
  const analysedS = run?.coverage.analysed_s ?? 0;
  const durationS = run?.coverage.duration_s ?? 0;
  const steps = useMemo(() => stepsOf(visits ?? [], analysedS), [visits, analysedS]);
  const empty = !analysedS && !visits?.length;
  return (
    <section className="panel timeline" aria-label="Vehicles over video time">
      <h2>Vehicles over time</h2>
      {empty ? (
        <p className="muted chart-empty">The chart appears as the video is analysed.</p>
      ) : (
        <Suspense fallback={<div className="chart skeleton" />}>
          <Chart steps={steps} durationS={durationS} />
        </Suspense>
      )}
    </section>
  );
}
