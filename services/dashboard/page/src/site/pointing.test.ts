import { expect, it } from "vitest";
import { movedByKey } from "./pointing";

it.each([
  ["ArrowLeft", false, [0.49, 0.5]],
  ["ArrowDown", true, [0.5, 0.55]],
  ["Enter", false, null],
] as const)("moves a point by %s (with Shift: %s)", (key, shiftKey, expected) => {
  expect(movedByKey({ key, shiftKey }, [0.5, 0.5])).toEqual(expected);
});

it("keeps a point in the picture", () => {
  expect(movedByKey({ key: "ArrowUp", shiftKey: true }, [0.2, 0.01])).toEqual([0.2, 0]);
});
