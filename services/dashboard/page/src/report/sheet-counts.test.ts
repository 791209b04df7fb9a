import { expect, it } from "vitest";
import type { CountsTable, SeriesKey } from "../contract";
import { sheetCounts, sheetInterval } from "./sheet-counts";

const KEY: SeriesKey = {
  gate: null,
  zone: null,
  movement: null,
  direction: null,
  direction_name: null,
  vehicle_type: null,
  group: null,
};

/** Of one series for each key; the counts are those of two intervals. */
function table(series: Partial<SeriesKey>[], counts: (number | null)[][]): CountsTable {
  const rows = [0, 1].map((at) => ({
    from_s: at * 10,
    to_s: at * 10 + 10,
    starts_at: null,
    ends_at: null,
    observed_share: 1,
    counts: counts.map((each) => each[at]!),
    total: 0,
  }));
  const totals = counts.map((each) => each.reduce<number>((sum, count) => sum + (count ?? 0), 0));
  return { series: series.map((key) => ({ ...KEY, ...key })), rows, totals, total: 0, peak_hours: [], notes: [] };
}

const ZONES = table(
  [
    { zone: "Region", vehicle_type: "truck" },
    { zone: "Region", vehicle_type: "car" },
    { zone: "Region", vehicle_type: "bus" },
    { zone: "Lane", vehicle_type: "car" },
  ],
  [
    [1, 0],
    [5, 2],
    [0, 0],
    [3, 1],
  ],
);

const gates = (count: number): CountsTable =>
  table(
    Array.from({ length: count }, (_, at) => ({ gate: `Gate ${at}`, direction: "forward" as const, direction_name: "in" })),
    Array.from({ length: count }, () => [4, null]),
  );

it("has the types of the region, without those that were not seen, and their sum", () => {
  const { region } = sheetCounts(ZONES, "Region", gates(1));
  expect(region.map(({ head, counts, total }) => [head, counts, total])).toEqual([
    ["Cars", [5, 2], 7],
    ["Trucks", [1, 0], 1],
    ["All", [6, 2], 8],
  ]);
});

it("has each gate beside them, and nothing for what was not analysed", () => {
  const { places } = sheetCounts(ZONES, "Region", gates(2));
  expect(places.map(({ head, counts }) => [head, counts])).toEqual([
    ["Gate 0, in", [4, null]],
    ["Gate 1, in", [4, null]],
  ]);
});

it("does not repeat the region among the zones", () => {
  const zones = table(
    [{ zone: "Region" }, { zone: "Lane" }],
    [
      [6, 2],
      [3, 1],
    ],
  );
  expect(sheetCounts(ZONES, "Region", zones).places.map(({ head }) => head)).toEqual(["Lane"]);
});

it("has no more columns than there is room for", () => {
  expect(sheetCounts(ZONES, "Region", gates(10)).places).toHaveLength(10);
  expect(sheetCounts(ZONES, "Region", gates(11)).places).toEqual([]);
});

it.each([
  ["10s", 140, "10s"],
  ["10s", 600, "30s"],
  ["1m", 900, "1m"],
  ["15m", 86_400, "1h"],
  ["10s", 10 * 86_400, "1h"],
] as const)("has a table every %s of %s s every %s", (chosen, durationS, interval) => {
  expect(sheetInterval(chosen, durationS)).toBe(interval);
});
