import { expect, it } from "vitest";
import { effectOfChange } from "./effect-of-change";

it.each([
  ["ready", false, /first run on/],
  ["finished", true, /counted again with a change, without decoding/],
  ["running", true, /in progress keeps/],
  ["paused", false, /in progress keeps/],
  ["failed", true, /counted again with a change/],
] as const)("says what a change of a %s video does (results: %s)", (kind, hasResults, text) => {
  expect(effectOfChange(kind, hasResults)).toMatch(text);
});
