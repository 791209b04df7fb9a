import { expect, it } from "vitest";
import type { CountsRow, CountsTable } from "../contract";
import {
  countable,
  dimensionsOf,
  INTERVALS,
  intervalName,
  observedNote,
  peakHourText,
  seriesNames,
  suggestedInterval,
} from "./intervals";

const row: CountsRow = {
  from_s: 900,
  to_s: 1800,
  starts_at: null,
  ends_at: null,
  observed_share: 1,
  counts: [1],
  total: 1,
};

it.each([
  [64, "10s"],
  [600, "1m"],
  [3600, "5m"],
  [86_400, "15m"],
])("suggests for %i s intervals of %s", (durationS, interval) => {
  expect(suggestedInterval(durationS)).toBe(interval);
  expect(INTERVALS).toContain(interval);
});

it("counts at gates first, and in zones where there is none", () => {
  expect(countable(2, 1)).toEqual(["gate", "movement", "zone"]);
  expect(countable(0, 0)).toEqual(["zone"]);
  expect(dimensionsOf({ interval: "1m", counted: "gate", byType: true })).toBe("gate,direction,type");
  expect(dimensionsOf({ interval: "1m", counted: "zone", byType: false })).toBe("zone");
});

it("names a column by what it is divided by", () => {
  const nothing = { gate: null, zone: null, movement: null, direction: null, direction_name: null, group: null };
  const key = { ...nothing, gate: "North", direction: "forward", direction_name: "into town", vehicle_type: "truck" } as const;

  const other = { ...key, gate: "East", vehicle_type: null, group: "heavy" };
  expect(seriesNames([key, other])).toEqual(["North, into town, truck", "East, into town, heavy"]);
  expect(seriesNames([key])).toEqual(["into town, truck"]);
  expect(seriesNames([{ ...nothing, gate: null, zone: "Queue", vehicle_type: null }])).toEqual(["Queue"]);
});

it("tells the time of the camera, not that of the browser", () => {
  expect(intervalName(row)).toBe("15:00 – 30:00");
  expect(intervalName({ ...row, starts_at: "2026-01-02T07:15:00+01:00", ends_at: "2026-01-02T07:30:00+01:00" })).toBe(
    "07:15 – 07:30",
  );
  expect(intervalName({ ...row, starts_at: "2026-01-02T07:15:10Z", ends_at: "2026-01-02T07:15:20Z" })).toBe(
    "07:15:10 – 07:15:20",
  );
});

it("tells what was not observed", () => {
  expect(observedNote(row)).toBeNull();
  expect(observedNote({ ...row, observed_share: 0.4 })).toBe("40 % observed");
  expect(observedNote({ ...row, observed_share: 0 })).toBe("not observed");
});

it("tells the busiest hour, if a whole one was observed", () => {
  const hour = { item: null, from_s: 0, to_s: 3600, starts_at: null, ends_at: null, total: 812 };
  const table = { peak_hours: [{ ...hour, peak_hour_factor: 0.914, heavy_share: 0.05 }] } as unknown as CountsTable;

  expect(peakHourText(table)).toBe("Busiest hour 0:00 – 1:00:00: 812 vehicles, peak-hour factor 0.91, 5.0 % heavy.");
  expect(peakHourText({ ...table, peak_hours: [] })).toBeNull();
});
