import { expect, it } from "vitest";
import { bytes, clock, percent, span, timecode } from "./format";

it("formats times like a clock", () => {
  expect([0, 9.6, 75, 3599.7, 3675].map(clock)).toEqual(["0:00", "0:10", "1:15", "1:00:00", "1:01:15"]);
});

it("formats positions in a video to a tenth of a second", () => {
  expect([0, 12.34, 59.96, 3675.1].map(timecode)).toEqual(["0:00.0", "0:12.3", "1:00.0", "1:01:15.1"]);
});

it("formats short spans in seconds", () => {
  expect([12.4, 130].map(span)).toEqual(["12 s", "2:10"]);
});

it("formats sizes with a suitable unit", () => {
  expect([0, 999, 1000, 24_600_000, 3.1e9].map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "24.6 MB", "3.1 GB"]);
});

it("never rounds up to 100 %", () => {
  expect(percent(0.999)).toBe("99 %");
  expect(percent(1)).toBe("100 %");
});
