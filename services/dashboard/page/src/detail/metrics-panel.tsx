import { useAnalysis } from "../api/mutations";
import { reasonOf } from "../api/http";
import type { Coverage, Source, Totals, Video, VideoMetrics } from "../contract";
import { percent, seconds, span } from "../ui/format";
import { TYPE_COLOURS, TYPE_NAMES, VEHICLE_TYPES } from "../ui/vehicle-types";
import { EngineChoicePanel } from "./engine-choice";

interface Props {
  id: string;
  video: Video | undefined;
  metrics: VideoMetrics | undefined;
  error: Error | null;
}

export function MetricsPanel({ id, video, metrics, error }: Props) {
  return (
    <aside className="numbers" aria-label="Metrics" data-source={metrics?.source}>
      {metrics ? <Figures metrics={metrics} /> : <FiguresUnavailable error={error} />}
      <AnalysisCard id={id} video={video} />
      <EngineChoicePanel id={id} video={video} />
    </aside>
  );
}

function FiguresUnavailable({ error }: { error: Error | null }) {
  if (error) {
    return (
      <p className="notice" data-tone="bad" role="status">
        The metrics could not be loaded. {reasonOf(error)}
      </p>
    );
  }
  return (
    <div className="panel figures" aria-busy="true">
      <div className="skeleton block" />
      <div className="skeleton block" />
    </div>
  );
}

function Figures({ metrics }: { metrics: VideoMetrics }) {
  return (
    <>
      <div className="panel figures">
        <Figure label="Vehicles" name="total_vehicles_count" value={metrics.total_vehicles_count} big />
        <Figure label="Inside now" name="current_vehicles_count" value={metrics.current_vehicles_count} big />
        <Figure label="Visits" name="visits_count" value={metrics.visits_count} />
        <DwellFigure metrics={metrics} />
      </div>
      <TypeBars metrics={metrics} />
      <CoverageCard metrics={metrics} />
    </>
  );
}

interface FigureProps {
  label: string;
  name: string;
  value: number;
  big?: boolean;
}

function Figure({ label, name, value, big = false }: FigureProps) {
  return (
    <div className="figure" data-big={big || undefined}>
      <p className="figure-label">{label}</p>
      <p className="figure-value" data-testid={name}>
        {value}
      </p>
      <p className="figure-name">{name}</p>
    </div>
  );
}

function DwellFigure({ metrics }: { metrics: Totals }) {
  const { visits, mean_s: mean, max_s: max } = metrics.vehicle_dwell_time;
  return (
    <div className="figure">
      <p className="figure-label">Dwell time</p>
      <p className="figure-value" data-testid="vehicle_dwell_time">
        {visits ? seconds(mean) : "–"}{" "}
        <small>{visits ? `mean, maximum ${seconds(max)}` : "no closed visit yet"}</small>
      </p>
      <p className="figure-name">vehicle_dwell_time</p>
    </div>
  );
}

function TypeBars({ metrics }: { metrics: Totals }) {
  const types = VEHICLE_TYPES.filter((type) => metrics.vehicle_type[type]);
  const most = Math.max(1, ...types.map((type) => metrics.vehicle_type[type] ?? 0));
  return (
    <div className="panel">
      <p className="figure-label">By type</p>
      <p className="figure-name">vehicle_type</p>
      <ul className="type-bars" data-testid="vehicle_type">
        {types.map((type) => {
          const value = metrics.vehicle_type[type] ?? 0;
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

const SOURCE_TEXT: Record<Source, string> = {
  redis: "Live, the run is not finished",
  sql: "Stored results of the newest run",
  none: "Never started",
};

function coverageText({ analysed_s: analysed, duration_s: duration, fraction }: Coverage): string {
  if (!analysed) return "Nothing analysed yet";
  if (fraction >= 1) return `All of ${span(duration)} analysed`;
  return `Analysed ${span(analysed)} of ${span(duration)}, ${percent(fraction)}`;
}

function detectedWith(model: string): string {
  return model === "motion" ? "detected by motion" : `model ${model}`;
}

function CoverageCard({ metrics }: { metrics: VideoMetrics }) {
  return (
    <div className="panel">
      <p className="figure-label">Coverage</p>
      <p className="coverage-text" data-testid="coverage">
        {coverageText(metrics.coverage)}
      </p>
      <progress value={metrics.coverage.fraction} aria-label="Analysed part of the video" />
      <p className="source" data-testid="source" data-source={metrics.source}>
        <span className="dot" aria-hidden="true" />
        {SOURCE_TEXT[metrics.source]}
        {metrics.detector_model && metrics.source !== "none" && `, ${detectedWith(metrics.detector_model)}`}
      </p>
    </div>
  );
}

function AnalysisCard({ id, video }: { id: string; video: Video | undefined }) {
  const analysis = useAnalysis(id);
  if (!video) return null;
  const requested = video.analysis !== null;
  return (
    <div className="panel">
      <p className="figure-label">Background analysis</p>
      <p className="muted small-text">
        {requested
          ? "Queued. The whole video is analysed, even if this page is closed."
          : "Analyse the whole video at full speed, without watching it."}
      </p>
      <button
        type="button"
        className="button wide"
        data-testid="analysis"
        disabled={analysis.isPending}
        onClick={() => analysis.mutate(!requested)}
      >
        {requested ? "Cancel analysis" : "Analyse in background"}
      </button>
    </div>
  );
}
