import { expect, it } from "vitest";
import { type Sample, speedOf, withSample } from "./transfer-speed";

function samplesOf(...of: [bytes: number, atMs: number][]): readonly Sample[] {
  return of.reduce<readonly Sample[]>((samples, [bytes, atMs]) => withSample(samples, { bytes, atMs }), []);
}

it("tells nothing before a second is over", () => {
  expect(speedOf([])).toBeNull();
  expect(speedOf(samplesOf([0, 0], [500, 999]))).toBeNull();
  expect(speedOf(samplesOf([0, 0], [500, 1000]))).toBe(500);
});

it("is that of the last seconds", () => {
  expect(speedOf(samplesOf([0, 0], [8000, 7000], [8100, 8000], [8900, 16_000]))).toBe(100);
});

it("falls while nothing more is sent for long", () => {
  expect(speedOf(samplesOf([0, 0], [1000, 1000], [1100, 21_000]))).toBe(5);
});

it("keeps no more samples than the window needs", () => {
  const seconds = Array.from({ length: 100 }, (_, at): [number, number] => [at * 10, at * 1000]);
  expect(samplesOf(...seconds)).toHaveLength(10);
});
