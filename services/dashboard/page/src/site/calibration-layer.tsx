import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Point } from "../contract";
import { texts } from "../texts";
import { gridOf } from "./calibration";
import { movedByKey, pointOf } from "./pointing";
import type { SiteDraft } from "./use-site-draft";

/** Over the picture while the scale of the road is edited: four corners, and the grid that they and the lengths give. */
export function CalibrationLayer({ editor }: { editor: SiteDraft }) {
  const drag = useRef<{ index: number; hasMoved: boolean } | null>(null);
  const { calibration } = editor.draft;
  if (!calibration) return null;
  const points = calibration.image_points;

  const press = (event: PointerEvent<HTMLDivElement>): void => {
    const { index } = (event.target as HTMLElement).dataset;
    if (event.button !== 0 || index === undefined) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { index: Number(index), hasMoved: false };
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (!drag.current) return;
    editor.moveCorner(drag.current.index, pointOf(event), drag.current.hasMoved);
    drag.current.hasMoved = true;
  };
  const release = (): void => {
    drag.current = null;
  };
  const pressKey =
    (index: number) =>
    (event: KeyboardEvent): void => {
      const moved = movedByKey(event, points[index]!);
      if (!moved) return;
      editor.moveCorner(index, moved, false);
      event.preventDefault();
    };
  return (
    <div
      className="edit-layer scale-layer"
      data-testid="scale-layer"
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <RoadGrid editor={editor} />
      {["A", "B"].map((side, at) => (
        <span key={side} className="side-name" style={placeOf(middle(points[at]!, points[at + 1]!))} aria-hidden="true">
          {side}
        </span>
      ))}
      {points.map((point, index) => (
        <button
          key={index}
          type="button"
          className="point-handle"
          data-index={index}
          data-testid="scale-corner"
          aria-label={texts.site.scale.corner(index + 1)}
          style={placeOf(point)}
          onKeyDown={pressKey(index)}
        />
      ))}
    </div>
  );
}

function RoadGrid({ editor }: { editor: SiteDraft }) {
  const { calibration } = editor.draft;
  const lines = (calibration && gridOf(calibration)?.lines) ?? [];
  const outline = calibration?.image_points.map((point) => point.join()).join(" ");
  return (
    <svg className="road-grid" viewBox="0 0 1 1" preserveAspectRatio="none" data-lines={lines.length} aria-hidden="true">
      {lines.map(({ from, to, isInside }, at) => (
        <line key={at} x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} data-inside={isInside || undefined} />
      ))}
      <polygon points={outline} />
    </svg>
  );
}

function middle([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2];
}

function placeOf([x, y]: Point): { left: string; top: string } {
  return { left: `${x * 100}%`, top: `${y * 100}%` };
}
