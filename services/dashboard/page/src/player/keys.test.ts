import { expect, it } from "vitest";
import { commandOf, frameBy, rateBy } from "./keys";

const PRESSED = { isCombined: false, isInField: false, isOnButton: false };

it("plays, steps and seeks by keys", () => {
  expect(commandOf({ ...PRESSED, key: " " })).toEqual({ kind: "toggle" });
  expect(commandOf({ ...PRESSED, key: "," })).toEqual({ kind: "frame", by: -1 });
  expect(commandOf({ ...PRESSED, key: "ArrowRight" })).toEqual({ kind: "seek", byS: 5 });
  expect(commandOf({ ...PRESSED, key: "x" })).toBeNull();
});

it("leaves keys to fields, to the browser, and the space bar to a button", () => {
  expect(commandOf({ ...PRESSED, key: "k", isInField: true })).toBeNull();
  expect(commandOf({ ...PRESSED, key: "f", isCombined: true })).toBeNull();
  expect(commandOf({ ...PRESSED, key: " ", isOnButton: true })).toBeNull();
  expect(commandOf({ ...PRESSED, key: ".", isOnButton: true })).toEqual({ kind: "frame", by: 1 });
});

it("goes through the speeds and stays at the ends", () => {
  expect([rateBy(1, 1), rateBy(1, -1), rateBy(16, 1), rateBy(0.25, -1), rateBy(3, 1)]).toEqual([1.5, 0.5, 16, 0.25, 4]);
});

it("seeks into the middle of the next and the previous picture", () => {
  expect(frameBy(1.02, 1, 25)).toBeCloseTo(1.06);
  expect(frameBy(1.02, -1, 25)).toBeCloseTo(0.98);
  expect(frameBy(0.02, -1, 25)).toBe(0);
});
