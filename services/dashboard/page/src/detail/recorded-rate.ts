import { MAX_RECORDED_FPS, MIN_RECORDED_FPS } from "../contract";
import { texts } from "../texts";

export function rateExpected(): string {
  return texts.numbers.rateExpected(MIN_RECORDED_FPS, MAX_RECORDED_FPS);
}

/** The rate in a number field; null when it is none that can be saved. */
export function parseRate(text: string): number | null {
  const rate = text.trim() === "" ? NaN : Number(text);
  return rate >= MIN_RECORDED_FPS && rate <= MAX_RECORDED_FPS ? rate : null;
}

/** For the field: 29.97002997 -> "29.97". */
export function rateText(fps: number): string {
  return String(Number(fps.toFixed(3)));
}
