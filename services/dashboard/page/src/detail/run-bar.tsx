import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { date, percent } from "../ui/format";
import { StatusBadge } from "../videos/status-badge";
import type { Runs, ShownRun } from "./runs";

interface Props {
  runs: Runs;
  run: ShownRun | null;
  state: VideoState;
  onChoose: (runId: string) => void;
}

/** Which run's numbers are shown, and beside finished ones the run in progress. */
export function RunBar({ runs, run, state, onChoose }: Props) {
  const { current, finished } = runs;
  return (
    <>
      {current && finished.length > 0 && <RunInProgress {...{ current, state, onChoose }} isShown={run === current} />}
      {run && finished.length + Number(current !== null) > 1 && (
        <label className="run-choice">
          <span className="figure-label">{texts.numbers.numbersOf}</span>
          <select value={run.run_id} onChange={(event) => onChoose(event.target.value)} data-testid="run-choice">
            {current && <option value={current.run_id}>{nameOf(current)}</option>}
            {finished.map((each, at) => (
              <option key={each.run_id} value={each.run_id}>
                {at === 0 ? texts.numbers.newestRun(nameOf(each)) : nameOf(each)}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}

/** The newest run is not finished: it is shown beside the results, and hides none. */
function RunInProgress({
  current,
  state,
  isShown,
  onChoose,
}: Omit<Props, "runs" | "run"> & { current: ShownRun; isShown: boolean }) {
  const { fraction } = current.coverage;
  return (
    <div className="panel run-in-progress" data-testid="run-in-progress">
      <div className="panel-head">
        <p className="figure-label">{texts.numbers.newRun}</p>
        <StatusBadge state={state} />
      </div>
      <progress value={fraction} aria-label={texts.numbers.analysedPart} />
      <p className="muted small-text">
        {texts.numbers.soFar(percent(fraction), current.total_vehicles_count)} {state.progress ?? texts.numbers.resultsStay}
      </p>
      {!isShown && (
        <button type="button" className="button small" onClick={() => onChoose(current.run_id)} data-testid="show-current-run">
          {texts.numbers.showItsNumbers}
        </button>
      )}
    </div>
  );
}

function nameOf(run: ShownRun): string {
  const { unknownTime, runResults, runUnfinished } = texts.numbers;
  const when = run.started_at ? date(run.started_at) : unknownTime;
  return run.finished_at
    ? runResults(when, run.total_vehicles_count, run.detector_model)
    : runUnfinished(when, percent(run.coverage.fraction));
}
