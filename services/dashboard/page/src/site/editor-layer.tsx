import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Point } from "../contract";
import { texts } from "../texts";
import { CalibrationLayer } from "./calibration-layer";
import { sidesOf } from "./draft";
import { movedByKey, pointOf } from "./pointing";
import type { SiteDraft } from "./use-site-draft";

interface Drag {
  index: number;
  hasMoved: boolean;
}

/**
 * Over the picture while zones and gates are edited: a click adds a point to the selected one, a drag moves a point, the
 * small handle in the middle of a side puts one there. Arrow keys move the focused point, Delete removes it.
 */
export function EditorLayer({ editor }: { editor: SiteDraft }) {
  const drag = useRef<Drag | null>(null);
  const { selected } = editor;
  if (editor.isScaleSelected) return <CalibrationLayer editor={editor} />;
  if (!selected) return null;
  const { points } = selected;

  const press = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { index, side } = (event.target as HTMLElement).dataset;
    // What follows in the same gesture belongs to the same step of undo.
    if (index !== undefined) drag.current = { index: Number(index), hasMoved: false };
    else if (side !== undefined) {
      editor.insertPoint(Number(side), pointOf(event));
      drag.current = { index: Number(side) + 1, hasMoved: true };
    } else {
      editor.addPoint(pointOf(event));
      drag.current = { index: points.length, hasMoved: true };
    }
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (!drag.current) return;
    editor.movePoint(drag.current.index, pointOf(event), drag.current.hasMoved);
    drag.current.hasMoved = true;
  };
  const release = (): void => {
    drag.current = null;
  };
  return (
    <div
      className="edit-layer"
      data-testid="edit-layer"
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {sidesOf(selected).map(({ after, middle: [x, y] }) => (
        <span
          key={`side ${after}`}
          className="side-handle"
          data-side={after}
          style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
          aria-hidden="true"
        />
      ))}
      {points.map((point, index) => (
        <Handle key={index} editor={editor} name={selected.name} index={index} point={point} of={points.length} />
      ))}
    </div>
  );
}

interface HandleProps {
  editor: SiteDraft;
  name: string;
  index: number;
  of: number;
  point: Point;
}

function Handle({ editor, name, index, of, point: [x, y] }: HandleProps) {
  const press = (event: KeyboardEvent): void => {
    const moved = movedByKey(event, [x, y]);
    if (moved) editor.movePoint(index, moved, false);
    else if (event.key === "Delete" || event.key === "Backspace") editor.removePoint(index);
    else return;
    event.preventDefault();
  };
  return (
    <button
      type="button"
      className="point-handle"
      data-index={index}
      aria-label={texts.site.pointOf(index + 1, of, name, Math.round(x * 100), Math.round(y * 100))}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      onKeyDown={press}
    />
  );
}
