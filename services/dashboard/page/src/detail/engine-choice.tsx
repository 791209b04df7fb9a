import { useEngine } from "../api/mutations";
import type { EngineChoice, Video } from "../contract";
import { engineNote } from "./engine-note";
import type { ShownRun } from "./runs";

const NAMES: Record<EngineChoice, string> = { auto: "Automatic", model: "Model", motion: "Motion" };
const CHOICES: EngineChoice[] = ["auto", "model", "motion"];
const MEANINGS: Record<EngineChoice, string> = {
  auto: "The model, or motion where the model detects almost nothing.",
  model: "Distinguishes cars, trucks, buses, motorcycles and bicycles.",
  motion: "Counts moving objects of a fixed camera, without vehicle types.",
};

/** Chooses the detection engine of this video, from its next start on. */
export function EngineChoicePanel({ id, video }: { id: string; video: Video | undefined }) {
  const change = useEngine(id);
  if (!video) return null;
  const chosen = change.isPending ? change.variables : video.engine;
  return (
    <fieldset className="panel detect-with" data-testid="engine">
      <legend className="figure-label">Detect with</legend>
      <div className="segments">
        {CHOICES.map((choice) => (
          <label key={choice} className="segment">
            <input
              type="radio"
              name="engine"
              value={choice}
              checked={choice === chosen}
              onChange={() => change.mutate(choice)}
            />
            <span>{NAMES[choice]}</span>
          </label>
        ))}
      </div>
      <p className="muted small-text">{MEANINGS[chosen]} A change takes effect at the next start.</p>
    </fieldset>
  );
}

/** Says what is doubtful about how the shown run was detected, with the other choice one click away. */
export function EngineHint({ id, video, run }: { id: string; video: Video | undefined; run: ShownRun | null }) {
  const change = useEngine(id);
  const note = engineNote(video?.engine, run);
  if (!note) return null;
  return (
    <div className="notice engine-hint" data-tone={note.tone} data-testid="engine-hint" data-note={note.kind}>
      <p>
        <strong>{note.title}</strong> {note.text}
      </p>
      {note.other && (
        <button
          type="button"
          className="button"
          disabled={change.isPending}
          onClick={() => change.mutate(note.other!.engine)}
        >
          {note.other.label}
        </button>
      )}
    </div>
  );
}
