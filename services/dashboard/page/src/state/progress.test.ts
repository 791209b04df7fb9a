import { expect, it } from "vitest";
import { observe, type Progress } from "./progress";

function after(...seen: readonly [atS: number, positionS: number, runId?: string][]): Progress {
  return seen.reduce<Progress | null>(
    (known, [atS, positionS, runId = "run"]) => observe(known, { runId, positionS, durationS: 64, atMs: atS * 1000 }),
    null,
  )!;
}

it("knows no speed from one observation", () => {
  expect(after([0, 12])).toMatchObject({ positionS: 12, speed: null, leftS: null, hasMoved: false });
});

it("tells the speed of a machine that makes 6 of 24 pictures a second, and the time left", () => {
  expect(after([0, 0], [1, 0.25], [2, 0.5], [4, 1])).toMatchObject({ speed: 0.25, leftS: 252, hasMoved: true });
});

it("knows no speed from the first two seconds", () => {
  expect(after([0, 0], [0.25, 1], [1.9, 2]).speed).toBeNull();
});

it("forgets how fast it was before", () => {
  const seconds = Array.from({ length: 20 }, (_, at): [number, number] => [at, at < 8 ? at : 8 + (at - 8) / 4]);

  expect(after(...seconds).speed).toBeCloseTo(0.25, 5);
});

it("does not take a pause for a slow machine", () => {
  expect(after([0, 0], [4, 4], [600, 4.25]).speed).toBeNull();
});

it("remembers since when nothing has changed", () => {
  expect(after([0, 1], [3, 2], [9, 2])).toMatchObject({ changedAtMs: 3000, positionS: 2 });
});

it("begins again with another run, and with one that begins again", () => {
  expect(after([0, 1], [4, 5], [5, 0, "other"])).toMatchObject({ runId: "other", hasMoved: false, speed: null });
  expect(after([0, 1], [4, 5], [5, 2])).toMatchObject({ positionS: 2, hasMoved: false, speed: null });
});
