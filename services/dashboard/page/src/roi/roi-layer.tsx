import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Point } from "../contract";
import type { RoiDraft } from "./use-roi-draft";

/** The distance an arrow key moves a point, as a fraction of the picture; with Shift five times as much. */
const KEY_STEP = 0.01;

const ARROWS: Record<string, Point> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

const clamp = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 10_000) / 10_000));

/** The drawing mode over the picture: a click adds a point, a drag moves one, arrow keys move the focused one. */
export function RoiLayer({ draft }: { draft: RoiDraft }) {
  const dragged = useRef<number | null>(null);

  const press = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const handle = (event.target as HTMLElement).dataset.index;
    dragged.current = handle === undefined ? draft.points.length : Number(handle);
    if (handle === undefined) draft.add(pointOf(event));
  };
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (dragged.current !== null) draft.move(dragged.current, pointOf(event));
  };
  const release = (): void => {
    dragged.current = null;
  };
  return (
    <div
      className="roi-layer"
      data-testid="roi-layer"
      data-problem={draft.problem ? "" : undefined}
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <polygon points={draft.points.map((point) => point.join(",")).join(" ")} />
      </svg>
      {draft.points.map((point, index) => (
        <Handle key={index} draft={draft} index={index} point={point} />
      ))}
    </div>
  );
}

function pointOf(event: PointerEvent<HTMLDivElement>): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
}

function Handle({ draft, index, point: [x, y] }: { draft: RoiDraft; index: number; point: Point }) {
  const press = (event: KeyboardEvent): void => {
    const step = ARROWS[event.key];
    const factor = event.shiftKey ? 5 : 1;
    if (step) draft.move(index, [clamp(x + step[0] * factor), clamp(y + step[1] * factor)]);
    else if (event.key === "Delete" || event.key === "Backspace") draft.remove(index);
    else return;
    event.preventDefault();
  };
  return (
    <button
      type="button"
      className="roi-handle"
      data-index={index}
      aria-label={`Point ${index + 1}`}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      onKeyDown={press}
    />
  );
}
