import { dateTime, number, shortNumber } from "../texts/locale";

/** 75 -> "1:15", 3675 -> "1:01:15". */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  return hours ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}

/** A position in a video: 12.34 -> "0:12.3", 3675.1 -> "1:01:15.1". */
export function timecode(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const point = number(0.1, 1).slice(1, 2);
  return `${clock(Math.floor(tenths / 10))}${point}${tenths % 10}`;
}

/** Seconds with one decimal, which is precise enough for a viewer. */
export function seconds(value: number): string {
  return `${number(value, 1)} s`;
}

/** A time to wait: 12 -> "12 s", 208 -> "3 min 28 s", 7300 -> "2 h 1 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${rest} s` : `${rest} s`;
}

/** 12 -> "12 s", 130 -> "2:10". */
export function span(value: number): string {
  return value < 100 ? `${Math.round(value)} s` : clock(value);
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${number(scaled, power === 0 || scaled >= 100 ? 0 : 1)} ${UNITS[power]}`;
}

export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}

export function date(iso: string): string {
  return dateTime(new Date(iso), { dateStyle: "medium", timeStyle: "short" });
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value} ${value === 1 ? one : many}`;
}

/** 24.0 -> "24 fps", 29.97002997 -> "29.97 fps". */
export function fps(value: number): string {
  return `${shortNumber(value, 2)} fps`;
}

/** Of today: "14:03:12". */
export function timeOfDay(ms: number): string {
  return dateTime(new Date(ms), { timeStyle: "medium" });
}
