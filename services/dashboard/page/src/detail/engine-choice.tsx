import { useEngine } from "../api/mutations";
import type { EngineChoice, Video } from "../contract";
import { mayEditVideo } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { engineNote } from "./engine-note";
import type { ShownRun } from "./runs";

const CHOICES: EngineChoice[] = ["auto", "model", "motion"];

/** Chooses the detection engine of this video, from its next start on. */
export function EngineChoicePanel({ id, video }: { id: string; video: Video | undefined }) {
  const change = useEngine(id);
  const isEditor = useRight(mayEditVideo);
  if (!video || !isEditor) return null;
  const chosen = change.isPending ? change.variables : video.engine;
  return (
    <fieldset className="panel detect-with" data-testid="engine">
      <legend className="figure-label">{texts.numbers.detectWith}</legend>
      <div className="segments">
        {CHOICES.map((choice) => (
          <label key={choice} className="segment">
            <input type="radio" name="engine" value={choice} checked={choice === chosen} onChange={() => change.mutate(choice)} />
            <span>{texts.numbers.engines[choice]}</span>
          </label>
        ))}
      </div>
      <p className="muted small-text">
        {texts.numbers.engineMeanings[chosen]} {texts.numbers.engineFromNextStart}
      </p>
    </fieldset>
  );
}

/** Says what is doubtful about how the shown run was detected, with the other choice one click away. */
export function EngineHint({ id, video, run }: { id: string; video: Video | undefined; run: ShownRun | null }) {
  const change = useEngine(id);
  const isEditor = useRight(mayEditVideo);
  const note = engineNote(video?.engine, run);
  if (!note) return null;
  return (
    <div className="notice engine-hint" data-tone={note.tone} data-testid="engine-hint" data-note={note.kind}>
      <p>
        <strong>{note.title}</strong> {note.text}
      </p>
      {note.other && isEditor && (
        <button type="button" className="button" disabled={change.isPending} onClick={() => change.mutate(note.other!.engine)}>
          {note.other.label}
        </button>
      )}
    </div>
  );
}
