import { useEvidence, useVehicles } from "../api/queries";
import { type Texts, texts } from "../texts";
import { seconds } from "../ui/format";
import { TYPE_COLOURS, typeName, VEHICLE_TYPES } from "../ui/vehicle-types";
import { certaintyOf, type ShownCertainty } from "./certainty";
import { dwellScope } from "./dwell-scope";
import type { ShownRun } from "./runs";

type Name = keyof Texts["numbers"]["meanings"];

/** What a number means, with its name in the API, SQL and Redis for integrators. */
function tooltip(name: Name): string {
  return `${texts.numbers.meanings[name]} ${texts.numbers.inApi(name)}`;
}

/** The four numbers of the region; dashes for a video that was never started. */
export function Figures({ id, run, isFed, note }: { id: string; run: ShownRun | null; isFed: boolean; note: string | null }) {
  const evidence = useEvidence(id, run).data;
  return (
    <div className="panel figures" data-fed={isFed} data-testid="figures" data-place="roi">
      {note && (
        <p className="figures-note" data-testid="figures-note">
          {note}
        </p>
      )}
      <Figure
        label={texts.numbers.vehicles}
        name="total_vehicles_count"
        value={run?.total_vehicles_count}
        certainty={certaintyOf(evidence, run?.total_vehicles_count)}
        big
      />
      <Figure
        label={run?.finished_at ? texts.numbers.insideAtEnd : texts.numbers.insideNow}
        name="current_vehicles_count"
        value={run?.current_vehicles_count}
        big
      />
      <Figure label={texts.numbers.visits} name="visits_count" value={run?.visits_count} />
      <DwellFigure id={id} run={run} />
    </div>
  );
}

interface FigureProps {
  label: string;
  name: Name;
  value: number | undefined;
  certainty?: ShownCertainty | null;
  big?: boolean;
}

function Figure({ label, name, value, certainty = null, big = false }: FigureProps) {
  return (
    <div className="figure" data-big={big || undefined} title={tooltip(name)}>
      <p className="figure-label">{label}</p>
      <p className="figure-value">
        <span data-testid={name}>{certainty?.isUnknown ? "–" : (value ?? "–")}</span>
        {certainty && (
          <>
            {" "}
            <small data-testid="certainty" title={certainty.meaning}>
              {certainty.text}
            </small>
          </>
        )}
      </p>
      {certainty?.isUnknown && <p className="figure-scope">{certainty.meaning}</p>}
    </div>
  );
}

function DwellFigure({ id, run }: { id: string; run: ShownRun | null }) {
  const visits = useVehicles(id, run?.run_id ?? null).data?.items;
  const dwell = run?.vehicle_dwell_time;
  return (
    <div className="figure" title={tooltip("vehicle_dwell_time")}>
      <p className="figure-label">{texts.numbers.dwellMean}</p>
      <p className="figure-value" data-testid="vehicle_dwell_time">
        {dwell?.visits ? seconds(dwell.mean_s) : "–"}{" "}
        <small>{dwell?.visits ? texts.numbers.longest(seconds(dwell.max_s)) : texts.numbers.noClosedVisit}</small>
      </p>
      {run && (
        <p className="figure-scope" data-testid="dwell-scope">
          {dwellScope(run, visits)}
        </p>
      )}
    </div>
  );
}

export function TypeBars({ run, isFed }: { run: ShownRun | null; isFed: boolean }) {
  const counts = run?.vehicle_type ?? {};
  const types = VEHICLE_TYPES.filter((type) => counts[type]);
  const most = Math.max(1, ...types.map((type) => counts[type] ?? 0));
  return (
    <div className="panel figures-types" data-fed={isFed} title={tooltip("vehicle_type")}>
      <p className="figure-label">{texts.numbers.byType}</p>
      <ul className="type-bars" data-testid="vehicle_type">
        {types.map((type) => {
          const value = counts[type] ?? 0;
          const style = { width: `${(value / most) * 100}%`, background: TYPE_COLOURS[type] };
          return (
            <li key={type} data-type={type} data-count={value}>
              <span>{typeName(type)}</span>
              <span className="type-bar" aria-hidden="true">
                <span style={style} />
              </span>
              <strong>{value}</strong>
            </li>
          );
        })}
      </ul>
      {types.length === 0 && <p className="muted small-text">{texts.numbers.noVehicles}</p>}
    </div>
  );
}
