import { useAnalysis } from "../api/mutations";
import { reasonOf } from "../api/http";
import { useQueuePosition } from "../api/video-list";
import type { Coverage, Site, Video } from "../contract";
import { type PlaceKey, ROI_KEY } from "../site/shapes";
import type { Progress } from "../state/progress";
import { isQueued, type VideoState } from "../state/video-state";
import { mayAnalyse } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { coverageText, sourceText } from "./coverage-text";
import { EngineChoicePanel } from "./engine-choice";
import { fedNote, isFresh } from "./fed-note";
import { Figures, TypeBars } from "./figures";
import { PlacesPanel } from "./places-panel";
import { RunBar } from "./run-bar";
import type { Runs, ShownRun } from "./runs";

interface Props {
  id: string;
  video: Video | undefined;
  state: VideoState;
  progress: Progress | null;
  /** Null until they are known. */
  runs: Runs | null;
  run: ShownRun | null;
  onChoose: (runId: string) => void;
  site: Site | undefined;
  highlighted: PlaceKey | null;
  onHighlight: (key: PlaceKey | null) => void;
  error: Error | null;
}

export function MetricsPanel(props: Props) {
  const { id, video, state, progress, runs, run, onChoose, site, highlighted, onHighlight, error } = props;
  const isFed = isFresh(run, state);
  return (
    <aside className="numbers" aria-label={texts.numbers.metrics}>
      {runs ? (
        <>
          <RunBar runs={runs} run={run} state={state} onChoose={onChoose} />
          <div
            data-testid="roi-figures"
            data-highlighted={highlighted === ROI_KEY || undefined}
            onPointerEnter={() => onHighlight(ROI_KEY)}
            onPointerLeave={() => onHighlight(null)}
          >
            <Figures id={id} run={run} isFed={isFed} note={fedNote(run, state, progress)} />
          </div>
          <TypeBars run={run} isFed={isFed} />
          <PlacesPanel {...{ id, site, run, highlighted, onHighlight }} />
          <CoverageCard run={run} isFed={isFed} />
        </>
      ) : (
        <FiguresUnavailable error={error} />
      )}
      <AnalysisCard id={id} video={video} state={state} />
      <EngineChoicePanel id={id} video={video} />
    </aside>
  );
}

function FiguresUnavailable({ error }: { error: Error | null }) {
  if (error) {
    return (
      <p className="notice" data-tone="bad" role="status">
        {texts.numbers.metricsNotLoaded(reasonOf(error))}
      </p>
    );
  }
  return (
    <div className="panel figures" aria-busy="true">
      <div className="skeleton block" />
      <div className="skeleton block" />
      <div className="skeleton block" />
      <div className="skeleton block" />
    </div>
  );
}

const NOTHING: Coverage = { analysed_s: 0, duration_s: 0, fraction: 0 };

function sourceOf(run: ShownRun | null): "none" | "redis" | "sql" {
  return run ? (run.finished_at === null ? "redis" : "sql") : "none";
}

function CoverageCard({ run, isFed }: { run: ShownRun | null; isFed: boolean }) {
  const coverage = run?.coverage ?? NOTHING;
  return (
    <div className="panel" data-fed={isFed}>
      <p className="figure-label">{texts.numbers.coverage}</p>
      <p className="coverage-text" data-testid="coverage">
        {coverageText(coverage)}
      </p>
      <progress value={coverage.fraction} aria-label={texts.numbers.analysedPart} />
      <p className="source" data-testid="source" data-source={sourceOf(run)} data-fed={isFed}>
        <span className="dot" aria-hidden="true" />
        {sourceText(run, isFed)}
      </p>
    </div>
  );
}

function AnalysisCard({ id, video, state }: { id: string; video: Video | undefined; state: VideoState }) {
  const analysis = useAnalysis(id);
  const requested = video !== undefined && video.analysis !== null;
  const isRunning = requested && state.kind === "running";
  const queuePosition = useQueuePosition(id, isQueued(video));
  const isAnalyst = useRight(mayAnalyse);
  if (!isAnalyst && !requested) return null;
  return (
    <div className="panel">
      <p className="figure-label">{texts.numbers.background}</p>
      <p className="muted small-text" data-testid="analysis-text">
        {isRunning && texts.numbers.backgroundRuns(state.progress)}
        {requested && state.kind === "starting" && texts.numbers.backgroundStarts}
        {requested && !isRunning && state.kind !== "starting" && texts.numbers.backgroundQueued(queuePosition)}
        {!requested && texts.numbers.backgroundIdle}
      </p>
      {isAnalyst && (
        <button
          type="button"
          className="button wide"
          data-testid="analysis"
          disabled={!video || analysis.isPending}
          onClick={() => analysis.mutate(!requested)}
        >
          {requested ? texts.numbers.cancelAnalysis : texts.numbers.analyse}
        </button>
      )}
    </div>
  );
}
