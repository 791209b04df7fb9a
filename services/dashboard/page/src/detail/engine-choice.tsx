import { useEngine } from "../api/mutations";
import type { EngineChoice, Video, VideoMetrics } from "../contract";

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

interface HintProps {
  id: string;
  video: Video | undefined;
  metrics: VideoMetrics | undefined;
}

/** Suggests motion when the chosen model detects almost nothing where objects move. */
export function EngineHint({ id, video, metrics }: HintProps) {
  const change = useEngine(id);
  if (metrics?.suggested_engine !== "motion" || video?.engine !== "model") return null;
  return (
    <p className="notice engine-hint" data-tone="warn" data-testid="engine-hint">
      The model detects almost nothing where objects move in this video.
      <button type="button" className="button" disabled={change.isPending} onClick={() => change.mutate("motion")}>
        Detect with motion
      </button>
    </p>
  );
}
