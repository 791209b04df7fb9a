import { useEvidence, useVehicles } from "../api/queries";
import { certaintyOf } from "../detail/certainty";
import { coverageText } from "../detail/coverage-text";
import { dwellScope } from "../detail/dwell-scope";
import type { ShownRun } from "../detail/runs";
import { texts } from "../texts";
import { seconds } from "../ui/format";
import { Awaited } from "./awaited";
import { TYPE_COLOURS, typeName, VEHICLE_TYPES } from "../ui/vehicle-types";

/** The four numbers of the region, with what limits them, and the vehicles by type. */
export function ReportNumbers({ id, run }: { id: string; run: ShownRun | null }) {
  const { data: evidence, isLoading } = useEvidence(id, run);
  const visits = useVehicles(id, run?.run_id ?? null).data?.items;
  const certainty = certaintyOf(evidence, run?.total_vehicles_count);
  const dwell = run?.vehicle_dwell_time;
  const { numbers } = texts;
  return (
    <section className="report-numbers">
      <h3>{texts.report.keyNumbers}</h3>
      <dl>
        <div data-main>
          <dt>{numbers.vehicles}</dt>
          <dd>
            {certainty?.isUnknown ? "–" : (run?.total_vehicles_count ?? "–")} {certainty && <small>{certainty.text}</small>}
          </dd>
        </div>
        <div>
          <dt>{run?.finished_at ? numbers.insideAtEnd : numbers.insideNow}</dt>
          <dd>{run?.current_vehicles_count ?? "–"}</dd>
        </div>
        <div>
          <dt>{numbers.visits}</dt>
          <dd>{run?.visits_count ?? "–"}</dd>
        </div>
        <div>
          <dt>{numbers.dwellMean}</dt>
          <dd>
            {dwell?.visits ? seconds(dwell.mean_s) : "–"}{" "}
            {dwell?.visits ? <small>{numbers.longest(seconds(dwell.max_s))}</small> : null}
          </dd>
        </div>
      </dl>
      <Types run={run} />
      {isLoading && <Awaited />}
      <p className="report-note">
        {[certainty?.meaning, run && dwellScope(run, visits), run && coverageText(run.coverage)].filter(Boolean).join(" ")}
      </p>
    </section>
  );
}

function Types({ run }: { run: ShownRun | null }) {
  const counts = run?.vehicle_type ?? {};
  const types = VEHICLE_TYPES.filter((type) => counts[type]);
  const most = Math.max(1, ...types.map((type) => counts[type] ?? 0));
  return (
    <ul className="report-types">
      {types.map((type) => (
        <li key={type}>
          <span>{typeName(type)}</span>
          <span className="report-bar">
            <span style={{ width: `${((counts[type] ?? 0) / most) * 100}%`, background: TYPE_COLOURS[type] }} />
          </span>
          <strong>{counts[type]}</strong>
        </li>
      ))}
    </ul>
  );
}
