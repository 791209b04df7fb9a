/** Points of the picture, from pointer and keyboard. */

import type { PointerEvent } from "react";
import type { Point } from "../contract";

/** The distance an arrow key moves a point, as a fraction of the picture; with Shift five times as much. */
const KEY_STEP = 0.01;

const ARROWS: Record<string, Point> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

const clamp = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 10_000) / 10_000));

/** Where an arrow key moves a point to; null for another key. */
export function movedByKey({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">, [x, y]: Point): Point | null {
  const step = ARROWS[key];
  const factor = shiftKey ? 5 : 1;
  return step ? [clamp(x + step[0] * factor), clamp(y + step[1] * factor)] : null;
}

export function pointOf(event: PointerEvent<HTMLElement>): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
}
