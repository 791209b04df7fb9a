import type { VehicleType } from "@dashboard/contract";
import { percent } from "@dashboard/ui/format";
import { UndoIcon } from "@dashboard/ui/icons";
import { TYPE_COLOURS, typeName, VEHICLE_TYPES } from "@dashboard/ui/vehicle-types";
import type { Mark, Progress, Tally } from "./contract";
import { countsOf } from "./marks";
import { TYPE_KEYS } from "./shortcuts";
import { keepFocus } from "./transport";

interface Props {
  tally: Tally;
  marks: readonly Mark[];
  isDone: boolean;
  onMark: (type: VehicleType) => void;
  onUndo: () => void;
  onDone: () => void;
  onGoOn: () => void;
  onRestart: () => void;
}

export function CountPanel(props: Props) {
  const { tally, marks, isDone } = props;
  return (
    <aside className="count-panel panel" aria-label="Your count" onMouseDown={keepFocus}>
      <div className="panel-head">
        <h2>Your count</h2>
        <strong className="count-total" data-testid="person-total" aria-live="polite">
          {marks.length}
        </strong>
      </div>
      {!isDone && <p className="muted small-text">{instruction(tally)}</p>}
      <TypeButtons marks={marks} isDone={isDone} onMark={props.onMark} />
      {isDone ? <AfterButtons {...props} /> : <CountingButtons {...props} />}
      <SystemLine analysis={tally.analysis} isDone={isDone} />
      {!isDone && <KeysHelp />}
    </aside>
  );
}

function instruction({ roi }: Tally): string {
  const where = roi ? "the marked region" : "the picture";
  return `Press a key once for each vehicle, when it enters ${where}.`;
}

function TypeButtons({ marks, isDone, onMark }: Pick<Props, "marks" | "isDone" | "onMark">) {
  const counts = countsOf(marks);
  return (
    <ul className="type-buttons">
      {VEHICLE_TYPES.map((type) => (
        <li key={type}>
          <button
            type="button"
            className="type-button"
            data-testid={`count-${type}`}
            disabled={isDone}
            onClick={() => onMark(type)}
          >
            <span className="type-dot" style={{ background: TYPE_COLOURS[type] }} aria-hidden="true" />
            <span className="type-name">{type === "vehicle" ? "Any vehicle" : typeName(type)}</span>
            <strong>{counts[type]}</strong>
            <kbd>{TYPE_KEYS[type].toUpperCase()}</kbd>
          </button>
        </li>
      ))}
    </ul>
  );
}

function CountingButtons({ marks, onUndo, onDone, onRestart }: Props) {
  return (
    <>
      <button type="button" className="button wide" onClick={onUndo} disabled={marks.length === 0} data-testid="undo">
        <UndoIcon />
        Undo <kbd>Z</kbd>
      </button>
      <button type="button" className="button primary wide" onClick={onDone} data-testid="done">
        I am done: compare
      </button>
      {marks.length > 0 && (
        <button type="button" className="link-button" onClick={onRestart} data-testid="restart">
          Start again
        </button>
      )}
    </>
  );
}

function AfterButtons({ marks, onGoOn, onRestart }: Props) {
  return (
    <>
      <button type="button" className="button wide" onClick={onGoOn} data-testid="go-on">
        Go on counting
      </button>
      {marks.length > 0 && (
        <button type="button" className="link-button" onClick={onRestart} data-testid="restart">
          Start again
        </button>
      )}
    </>
  );
}

/** The system's progress, but not its count, which would influence the person. */
function SystemLine({ analysis, isDone }: { analysis: Progress; isDone: boolean }) {
  return (
    <div className="system-line" data-testid="analysis" data-state={analysis.state}>
      <p className="small-text" role="status">
        {systemText(analysis, isDone)}
      </p>
      {analysis.state === "working" && (
        <progress value={analysis.fraction} aria-label="Part of the clip that Onwatch has counted" />
      )}
    </div>
  );
}

function systemText({ state, fraction, reason }: Progress, isDone: boolean): string {
  if (state === "failed") return `Onwatch could not count the clip: ${reason}`;
  if (state === "waiting") return "Onwatch begins to count when the copy for the browser is made.";
  if (state === "working") return `Onwatch counts on its own: ${percent(fraction)}.`;
  return isDone
    ? "Onwatch has counted the clip too."
    : "Onwatch has counted the clip too. Its count stays hidden until you are done.";
}

const KEYS: readonly [string[], string][] = [
  [["Space"], "play, pause"],
  [["←", "→"], "one frame"],
  [["Shift", "←", "→"], "two seconds"],
  [["S", "F"], "slower, faster"],
  [["Z"], "undo the last mark"],
];

function KeysHelp() {
  return (
    <dl className="keys-help" aria-label="Keys">
      {KEYS.map(([keys, meaning]) => (
        <div key={meaning}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
