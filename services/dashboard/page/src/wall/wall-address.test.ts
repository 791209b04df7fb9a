import { expect, it } from "vitest";
import { MOST_TILES, wallAddress, wallColumns, wallVideos } from "./wall-address";

it("finds the videos of its own addresses", () => {
  expect(wallVideos(new URL(wallAddress(["a1", "b-2", "c_3"]), "http://host").search)).toEqual(["a1", "b-2", "c_3"]);
  expect(wallAddress([])).toBe("/wall");
});

it("shows each video once, no address that is none, and not more than a machine decodes", () => {
  const many = Array.from({ length: 40 }, (_, no) => `v${no}`);

  expect(wallVideos("?videos=a,a,,../b,c")).toEqual(["a", "c"]);
  expect(wallVideos(`?videos=${many.join(",")}`)).toHaveLength(MOST_TILES);
  expect(wallVideos("")).toEqual([]);
});

it.each([
  [1, 1600, 900, 1],
  [2, 1600, 900, 2],
  [2, 700, 900, 1],
  [4, 1600, 900, 2],
  [5, 1600, 900, 3],
  [4, 360, 700, 1],
  [9, 2560, 1300, 3],
])("puts %i tiles in a room of %i x %i px in %i columns", (tiles, width, height, columns) => {
  expect(wallColumns(tiles, width, height)).toBe(columns);
});
