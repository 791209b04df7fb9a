import type { EngineChoice } from "../contract";
import type { ShownRun } from "./runs";

export interface EngineNote {
  kind: "model_sees_little" | "motion";
  tone: "warn" | "calm";
  title: string;
  text: string;
  /** The other choice; null once it is made for the next run. */
  other: { engine: EngineChoice; label: string } | null;
}

/** What is doubtful about how a run was detected; null if nothing is. */
export function engineNote(chosen: EngineChoice | undefined, run: ShownRun | null): EngineNote | null {
  if (!chosen || !run) return null;
  if (run.suggested_engine === "motion") return chosen === "model" ? MODEL_SEES_LITTLE : null;
  return run.detector_model === "motion" ? motionNote(chosen) : null;
}

const MODEL_SEES_LITTLE: EngineNote = {
  kind: "model_sees_little",
  tone: "warn",
  title: "These numbers are doubtful.",
  text: "The model detects almost nothing where objects move in this video.",
  other: { engine: "motion", label: "Detect with motion" },
};

const WITHOUT_TYPES = "Everything that moves is one vehicle, without a type: two side by side may count as one.";

function motionNote(chosen: EngineChoice): EngineNote {
  const why =
    chosen === "auto" ? `The model detects almost nothing where objects move in this video. ${WITHOUT_TYPES}` : WITHOUT_TYPES;
  const isChanged = chosen === "model";
  return {
    kind: "motion",
    tone: "warn",
    title: "Counted by motion.",
    text: isChanged ? `${why} The next run uses the model.` : why,
    other: isChanged ? null : { engine: "model", label: "Detect with the model" },
  };
}
