import { Suspense } from "react";
import { useVehicles } from "../api/queries";
import { texts } from "../texts";
import { lazyPart } from "../ui/lazy-part";
import type { ShownRun } from "./runs";

// The chart library is a third of the page's code, and not needed for the first render.
const Charts = lazyPart(() => import("./charts"));

interface Props {
  id: string;
  run: ShownRun | null;
  onMoment: (atS: number) => void;
}

export function Timeline({ id, run, onMoment }: Props) {
  const visits = useVehicles(id, run?.run_id ?? null).data?.items;
  const analysedS = run?.coverage.analysed_s ?? 0;
  const durationS = run?.coverage.duration_s ?? 0;
  const empty = !analysedS && !visits?.length;
  return (
    <section className="panel timeline" aria-label={texts.detail.charts}>
      <h2>{texts.detail.chartOverTime}</h2>
      {empty ? (
        <p className="muted chart-empty">{texts.detail.noChart}</p>
      ) : (
        <Suspense fallback={<div className="chart skeleton" />}>
          <Charts visits={visits ?? []} analysedS={analysedS} durationS={durationS} onMoment={onMoment} />
        </Suspense>
      )}
    </section>
  );
}
