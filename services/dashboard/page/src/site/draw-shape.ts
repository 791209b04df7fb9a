import type { Point } from "../contract";
import { forwardArrow, type Shape } from "./shapes";

const FONT = "600 12px system-ui, sans-serif";
const ARROW = { length: 22, head: 7 };

export interface Size {
  width: number;
  height: number;
}

/** A zone or gate without its name; the highlighted one belongs to the number under the pointer, or is under it. */
export function drawShape(context: CanvasRenderingContext2D, shape: Shape, size: Size, isHighlighted: boolean): void {
  const points = inPixels(shape, size);
  context.save();
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = context.fillStyle = shape.color;
  outline(context, points, shape.kind === "zone");
  if (shape.kind === "zone") {
    context.globalAlpha = isHighlighted ? 0.26 : 0.07;
    context.fill();
  }
  // Light and dark together are seen on any picture.
  context.globalAlpha = 0.5;
  context.strokeStyle = "#0b0e13";
  context.lineWidth = isHighlighted ? 6 : 4;
  context.stroke();
  context.globalAlpha = 1;
  context.strokeStyle = shape.color;
  context.lineWidth = isHighlighted ? 4 : 2;
  context.stroke();
  if (shape.kind === "gate" && points.length > 1) drawArrow(context, points);
  context.restore();
}

/** The whole picture has no outline, but it shows that it is meant. */
export function isDrawn(shape: Shape, isHighlighted: boolean): boolean {
  return shape.points.length > 0 && (!shape.isWhole || isHighlighted);
}

export function inPixels({ points }: Shape, size: Size): Point[] {
  return points.map(([x, y]) => [x * size.width, y * size.height]);
}

function outline(context: CanvasRenderingContext2D, points: readonly Point[], isClosed: boolean): void {
  context.beginPath();
  points.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (isClosed) context.closePath();
}

function drawArrow(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  const { from, to } = forwardArrow(points, ARROW.length);
  const turn = Math.atan2(to[1] - from[1], to[0] - from[0]);
  outline(context, [from, to], false);
  context.lineWidth = 2.5;
  context.stroke();
  context.beginPath();
  context.moveTo(to[0] + Math.cos(turn) * ARROW.head, to[1] + Math.sin(turn) * ARROW.head);
  for (const side of [2.4, -2.4]) {
    context.lineTo(to[0] + Math.cos(turn + side) * ARROW.head, to[1] + Math.sin(turn + side) * ARROW.head);
  }
  context.closePath();
  context.fill();
}

export const NAME_HEIGHT = 20;
const NAME_PADDING = 7;

/** Of a name as it is drawn. */
export function nameWidth(context: CanvasRenderingContext2D, name: string): number {
  context.font = FONT;
  return context.measureText(name).width + 2 * NAME_PADDING;
}

export function drawName(context: CanvasRenderingContext2D, name: string, color: string, left: number, top: number): void {
  const width = nameWidth(context, name);
  context.save();
  context.globalAlpha = 0.82;
  context.fillStyle = "#0b0e13";
  context.beginPath();
  context.roundRect(left, top, width, NAME_HEIGHT, 5);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = color;
  context.fillRect(left, top + 3, 3, NAME_HEIGHT - 6);
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(name, left + NAME_PADDING + 1, top + NAME_HEIGHT / 2 + 0.5);
  context.restore();
}
