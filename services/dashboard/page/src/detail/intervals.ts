import type { CountsRow, CountsTable, SeriesKey } from "../contract";
import { directionName } from "../site/direction-names";
import { texts } from "../texts";
import { number } from "../texts/locale";
import { clock, percent } from "../ui/format";

export type Counted = "gate" | "zone" | "movement";

export interface IntervalChoice {
  interval: Interval;
  counted: Counted;
  byType: boolean;
}

export const INTERVALS = ["10s", "30s", "1m", "5m", "15m", "1h"] as const;
export type Interval = (typeof INTERVALS)[number];

/** An interval that gives a table of a few lines to a few dozen. */
export function suggestedInterval(durationS: number): Interval {
  if (durationS <= 150) return "10s";
  if (durationS <= 900) return "1m";
  return durationS <= 10_800 ? "5m" : "15m";
}

/** What can be counted, the most telling first. */
export function countable(gates: number, movements: number): Counted[] {
  return [...(gates ? (["gate"] as const) : []), ...(movements ? (["movement"] as const) : []), "zone"];
}

/** The columns that the server is asked for. */
export function dimensionsOf({ counted, byType }: IntervalChoice): string {
  const parts: string[] = [counted];
  if (counted === "gate") parts.push("direction");
  if (byType) parts.push("type");
  return parts.join(",");
}

/** The heads of the columns, like "North, into town, truck"; without the name of the only gate, zone or movement. */
export function seriesNames(series: readonly SeriesKey[]): string[] {
  const isOne = new Set(series.map(placeOf)).size === 1;
  return series.map((key) => {
    // A type is named without its group.
    const parts = [
      isOne ? null : placeOf(key),
      key.direction_name && directionName(key.direction_name),
      key.vehicle_type ?? key.group,
    ];
    return parts.filter((part) => part != null).join(", ") || placeOf(key);
  });
}

function placeOf({ gate, zone, movement }: SeriesKey): string {
  return gate ?? zone ?? movement ?? "";
}

/** The time of an interval: of the day where it is known, else of the video. */
export function intervalName({ from_s, to_s, starts_at, ends_at }: CountsRow): string {
  if (starts_at && ends_at) return `${timeIn(starts_at)} – ${timeIn(ends_at)}`;
  return `${clock(Math.max(0, from_s))} – ${clock(to_s)}`;
}

/** As its own clock shows it, whatever the time zone of the browser is: "07:15" of "2026-01-02T07:15:00+01:00". */
function timeIn(iso: string): string {
  const [, minutes, seconds] = /T(\d\d:\d\d):(\d\d)/.exec(iso) ?? [];
  return seconds === "00" ? minutes! : `${minutes}:${seconds}`;
}

/** Why a number is missing, or how much of its interval it is of. */
export function observedNote({ observed_share: share }: CountsRow): string | null {
  if (share === 0) return texts.numbers.notObserved;
  return share < 0.995 ? texts.numbers.observed(percent(share)) : null;
}

/** The busiest hour of everything, for a person; null if no hour was observed completely. */
export function peakHourText(table: CountsTable): string | null {
  const hour = table.peak_hours.find(({ item }) => item === null);
  if (!hour) return null;
  const when = intervalName({ ...hour, observed_share: 1, counts: [], total: null });
  const parts = [texts.numbers.busiestHour(when, hour.total)];
  if (hour.peak_hour_factor !== null) parts.push(texts.numbers.peakHourFactor(number(hour.peak_hour_factor, 2)));
  if (hour.heavy_share !== null) parts.push(texts.numbers.heavy(`${number(hour.heavy_share * 100, 1)} %`));
  return `${parts.join(", ")}.`;
}
