import { expect, it } from "vitest";
import { gehVerdict, mapeVerdict } from "./verdicts";

it("reads a GEH by the usual thresholds", () => {
  expect([0, 4.99, 5, 10, 10.01].map(gehVerdict)).toEqual(["good", "good", "warn", "warn", "bad"]);
});

it("reads a MAPE by the usual thresholds", () => {
  expect([0, 20, 20.1, 50, 50.1].map(mapeVerdict)).toEqual(["good", "good", "warn", "warn", "bad"]);
});
