import type { EngineChoice } from "../contract";
import { texts } from "../texts";
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
  if (run.suggested_engine === "motion") return chosen === "model" ? modelSeesLittle() : null;
  return run.detector_model === "motion" ? motionNote(chosen) : null;
}

function modelSeesLittle(): EngineNote {
  const { doubtful: title, modelSeesLittle: text, withMotion: label } = texts.numbers;
  return { kind: "model_sees_little", tone: "warn", title, text, other: { engine: "motion", label } };
}

function motionNote(chosen: EngineChoice): EngineNote {
  const { modelSeesLittle, withoutTypes, nextRunModel, countedByMotion, withModel } = texts.numbers;
  const why = chosen === "auto" ? `${modelSeesLittle} ${withoutTypes}` : withoutTypes;
  const isChanged = chosen === "model";
  return {
    kind: "motion",
    tone: "warn",
    title: countedByMotion,
    text: isChanged ? `${why} ${nextRunModel}` : why,
    other: isChanged ? null : { engine: "model", label: withModel },
  };
}
