import { expect, it } from "vitest";
import { type FoundFile, selectionOf, timeInName } from "./recordings";

interface FakeFile {
  name: string;
  lastModified: number;
}

const found = (path: string, lastModified = 0): FoundFile<FakeFile> => ({
  path,
  file: { name: path.split("/").at(-1)!, lastModified },
});
const names = (...files: FoundFile<FakeFile>[]): string[] => selectionOf(files, "day").files.map(({ name }) => name);

it("orders recordings by the times in their names, whatever their copies' times are", () => {
  const late = found("day/b_20260101_090000.mp4", 1);
  const early = found("day/c_2026-01-01 08.00.00.MKV", 2);
  expect(names(late, early)).toEqual(["c_2026-01-01 08.00.00.MKV", "b_20260101_090000.mp4"]);
});

it("orders by time of modification if a name has no time, and by natural order of the paths last", () => {
  expect(names(found("a_20260101_090000.mp4", 2), found("b.mp4", 1))).toEqual(["b.mp4", "a_20260101_090000.mp4"]);
  expect(names(found("day/10.ts"), found("day/9.ts"), found("am/11.ts"))).toEqual(["11.ts", "9.ts", "10.ts"]);
});

it("orders by time of modification if two names have the same time", () => {
  const files = [found("cam1/20260101_090000.mp4", 2), found("cam2/20260101_090000.mp4", 1)];
  expect(selectionOf(files, "day").files.map(({ lastModified }) => lastModified)).toEqual([1, 2]);
});

it("skips what is not called like a video, and ignores hidden files", () => {
  const files = ["day/notes.txt", "day/.DS_Store", "day/.trash/a.mp4", "day/a.mp4", "day/clip.mp4.part"].map((path) =>
    found(path),
  );
  const selection = selectionOf(files, "day");
  expect(selection.files.map(({ name }) => name)).toEqual(["a.mp4"]);
  expect(selection.skipped).toEqual(["day/clip.mp4.part", "day/notes.txt"]);
});

it.each([
  ["VID_20240131_235959.mp4", Date.UTC(2024, 0, 31, 23, 59, 59)],
  ["2024-01-31T23h59m58.mkv", Date.UTC(2024, 0, 31, 23, 59, 58)],
  ["VID_20240231_235959.mp4", null],
  ["VID_20240131_245959.mp4", null],
  ["VID_20240131_236159.mp4", null],
  ["120240131_235959.mp4", null],
  ["clip.mp4", null],
])("reads the time in %s", (name, time) => {
  expect(timeInName(name)).toBe(time);
});
