import { useVehicles } from "../api/queries";
import { seconds } from "../ui/format";
import { TYPE_COLOURS, TYPE_NAMES, VEHICLE_TYPES } from "../ui/vehicle-types";
import { dwellScope } from "./dwell-scope";
import type { ShownRun } from "./runs";

/** What a number means, with its name in the API, SQL and Redis for integrators: a tooltip. */
const MEANINGS = {
  total_vehicles_count: "Vehicles that have entered the region.",
  current_vehicles_count: "Vehicles in the region at this position of the video.",
  visits_count: "A vehicle that leaves and comes back is one vehicle and two visits.",
  vehicle_dwell_time: "How long vehicles stayed in the region, in video time.",
  vehicle_type: "The vehicles by type; the sum is always all vehicles.",
} as const;

type Name = keyof typeof MEANINGS;

function tooltip(name: Name): string {
  return `${MEANINGS[name]} In the API: ${name}.`;
}

/** The four numbers of the region; dashes for a video that was never started. */
export function Figures({ id, run, isFed, note }: { id: string; run: ShownRun | null; isFed: boolean; note: string | null }) {
  return (
    <div className="panel figures" data-fed={isFed} data-testid="figures" data-place="roi">
      {note && (
        <p className="figures-note" data-testid="figures-note">
          {note}
        </p>
      )}
      <Figure label="Vehicles" name="total_vehicles_count" value={run?.total_vehicles_count} big />
      <Figure
        label={run?.finished_at ? "Inside at the end" : "Inside now"}
        name="current_vehicles_count"
        value={run?.current_vehicles_count}
        big
      />
      <Figure label="Visits" name="visits_count" value={run?.visits_count} />
      <DwellFigure id={id} run={run} />
    </div>
  );
}

interface FigureProps {
  label: string;
  name: Name;
  value: number | undefined;
  big?: boolean;
}

function Figure({ label, name, value, big = false }: FigureProps) {
  return (
    <div className="figure" data-big={big || undefined} title={tooltip(name)}>
      <p className="figure-label">{label}</p>
      <p className="figure-value" data-testid={name}>
        {value ?? "–"}
      </p>
    </div>
  );
}

function DwellFigure({ id, run }: { id: string; run: ShownRun | null }) {
  const visits = useVehicles(id, run?.run_id ?? null).data?.items;
  const dwell = run?.vehicle_dwell_time;
  return (
    <div className="figure" title={tooltip("vehicle_dwell_time")}>
      <p className="figure-label">Dwell time, mean</p>
      <p className="figure-value" data-testid="vehicle_dwell_time">
        {dwell?.visits ? seconds(dwell.mean_s) : "–"}{" "}
        <small>{dwell?.visits ? `longest ${seconds(dwell.max_s)}` : "no closed visit yet"}</small>
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
      <p className="figure-label">By type</p>
      <ul className="type-bars" data-testid="vehicle_type">
        {types.map((type) => {
          const value = counts[type] ?? 0;
          const style = { width: `${(value / most) * 100}%`, background: TYPE_COLOURS[type] };
          return (
            <li key={type} data-type={type} data-count={value}>
              <span>{TYPE_NAMES[type]}</span>
              <span className="type-bar" aria-hidden="true">
                <span style={style} />
              </span>
              <strong>{value}</strong>
            </li>
          );
        })}
      </ul>
      {types.length === 0 && <p className="muted small-text">No vehicles yet.</p>}
    </div>
  );
}
