import { expect, it } from "vitest";
import { engineNote } from "./engine-note";
import type { ShownRun } from "./runs";

function run(change: Partial<ShownRun>): ShownRun {
  return { detector_model: "yolo", suggested_engine: null, ...change } as ShownRun;
}

it("says nothing of a model that sees the vehicles, nor before a run", () => {
  expect(engineNote("auto", run({}))).toBeNull();
  expect(engineNote("auto", null)).toBeNull();
  expect(engineNote(undefined, run({ detector_model: "motion" }))).toBeNull();
});

it.each(["auto", "motion"] as const)("says that motion was used with the choice %s, and offers the model", (chosen) => {
  expect(engineNote(chosen, run({ detector_model: "motion" }))).toMatchObject({
    kind: "motion",
    other: { engine: "model" },
  });
});

it("says that the next run uses the model once that is chosen", () => {
  const note = engineNote("model", run({ detector_model: "motion" }));

  expect(note?.text).toContain("The next run uses the model.");
  expect(note?.other).toBeNull();
});

it("offers motion where the chosen model sees little, until it is chosen", () => {
  const blind = run({ suggested_engine: "motion" });

  expect(engineNote("model", blind)).toMatchObject({ kind: "model_sees_little", other: { engine: "motion" } });
  expect(engineNote("motion", blind)).toBeNull();
});
