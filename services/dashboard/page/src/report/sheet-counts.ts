/** The table of counts by interval as the sheet has it: no wider than the sheet, and of few lines. */

import type { CountsRow, CountsTable, SeriesKey } from "../contract";
import { type Interval, INTERVALS, seriesNames } from "../detail/intervals";
import { texts } from "../texts";
import { typeName, VEHICLE_TYPES } from "../ui/vehicle-types";

export interface SheetColumn {
  head: string;
  /** For each row; null: nothing of the interval was analysed. */
  counts: (number | null)[];
  total: number;
  isSum: boolean;
}

export interface SheetCounts {
  rows: CountsRow[];
  /** Of the region, by type: a vehicle that several gates counted is one there. */
  region: SheetColumn[];
  /** Gates, movements or further zones; none where the sheet has no room for them. */
  places: SheetColumn[];
}

const INTERVAL_S: Record<Interval, number> = { "10s": 10, "30s": 30, "1m": 60, "5m": 300, "15m": 900, "1h": 3600 };
/** Those of a working day, 15 minutes each, would be 40: the sheet has them by the hour. */
const MOST_ROWS = 26;
const MOST_COLUMNS = 13;

/** The shortest interval from the chosen one on with a table that fits. */
export function sheetInterval(chosen: Interval, durationS: number): Interval {
  const longer = INTERVALS.slice(INTERVALS.indexOf(chosen));
  return longer.find((each) => durationS / INTERVAL_S[each] <= MOST_ROWS) ?? "1h";
}

/** From a table of zones by type, and one of what is counted on the page with the same intervals. */
export function sheetCounts(byType: CountsTable, regionName: string, counted: CountsTable): SheetCounts {
  const ofRegion = indexesOf(byType, ({ zone }) => zone === regionName);
  const seen = ofRegion.filter((at) => byType.totals[at]).sort((one, other) => orderOf(byType, one) - orderOf(byType, other));
  const types = seen.map((at) => columnOf(byType, typeName(typeAt(byType, at)), [at]));
  const sum = { ...columnOf(byType, texts.report.allTypes, ofRegion), isSum: true };
  const region = [...(types.length > 1 ? types : []), sum];
  const names = seriesNames(counted.series);
  const places = indexesOf(counted, ({ zone }) => zone !== regionName).map((at) => columnOf(counted, names[at]!, [at]));
  return { rows: byType.rows, region, places: region.length + places.length <= MOST_COLUMNS ? places : [] };
}

function columnOf(table: CountsTable, head: string, at: readonly number[]): SheetColumn {
  return {
    head,
    counts: table.rows.map(({ counts }) => sumOrNull(at.map((each) => counts[each] ?? null))),
    total: sumOf(at.map((each) => table.totals[each] ?? 0)),
    isSum: false,
  };
}

function indexesOf({ series }: CountsTable, isWanted: (key: SeriesKey) => boolean): number[] {
  return series.flatMap((key, at) => (isWanted(key) ? [at] : []));
}

function typeAt({ series }: CountsTable, at: number): string {
  return series[at]?.vehicle_type ?? series[at]?.group ?? "";
}

/** Types of a custom model after those of the page. */
function orderOf(table: CountsTable, at: number): number {
  const place = VEHICLE_TYPES.map(String).indexOf(typeAt(table, at));
  return place < 0 ? VEHICLE_TYPES.length : place;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}

function sumOrNull(counts: readonly (number | null)[]): number | null {
  return counts.reduce((total, each) => (total === null || each === null ? null : total + each), 0);
}
