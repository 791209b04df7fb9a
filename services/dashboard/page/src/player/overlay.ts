import type { FrameBox, Point } from "../contract";
import { drawShape } from "../site/draw-shape";
import { type PlaceKey, placeAt, type Shape } from "../site/shapes";
import { TYPE_COLOURS } from "../ui/vehicle-types";

const LINE_PX = { inside: 2.5, outside: 1.25 };
const FONT = "600 12px system-ui, sans-serif";
const LABEL = { height: 18, padding: 5 };
/** A narrower vehicle outside of the region gets no label, which would hide it and its neighbours. */
const LABELLED_FROM_PX = 24;

/** Places and boxes on a canvas of their own over the picture: sharp at any size, and hidden without a redraw of the picture. */
export class Overlay {
  private boxes: readonly FrameBox[] = [];
  private areBoxesVisible = true;
  private shapes: readonly Shape[] = [];
  private highlighted: PlaceKey | null = null;
  private readonly resizing: ResizeObserver;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(canvas);
  }

  close(): void {
    this.resizing.disconnect();
  }

  show(boxes: readonly FrameBox[]): void {
    this.boxes = boxes;
    this.draw();
  }

  setBoxesVisible(areVisible: boolean): void {
    this.areBoxesVisible = areVisible;
    this.draw();
  }

  /** Zones and gates; none while they are not to be seen. */
  setShapes(shapes: readonly Shape[]): void {
    this.shapes = shapes;
    this.draw();
  }

  highlight(key: PlaceKey | null): void {
    if (key === this.highlighted) return;
    this.highlighted = key;
    this.draw();
  }

  /** The place that is drawn under a point of the page. */
  placeAt(clientX: number, clientY: number): PlaceKey | null {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const point: Point = [(clientX - left) / width, (clientY - top) / height];
    return placeAt(this.shapes, point, width, height);
  }

  private resize(): void {
    this.canvas.width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    this.draw();
  }

  private draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    const { clientWidth: width, clientHeight: height } = this.canvas;
    for (const shape of this.shapes) drawShape(context, shape, { width, height }, shape.key === this.highlighted);
    if (!this.areBoxesVisible) return;
    // Vehicles inside the region are drawn last, over the others.
    const inOrder = [...this.boxes].sort((a, b) => Number(a.inside) - Number(b.inside));
    for (const box of inOrder) this.drawBox(context, box);
  }

  private drawBox(context: CanvasRenderingContext2D, box: FrameBox): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const [left, top] = [box.left * width, box.top * height];
    const [boxWidth, boxHeight] = [(box.right - box.left) * width, (box.bottom - box.top) * height];
    context.strokeStyle = context.fillStyle = TYPE_COLOURS[box.vehicle_type];
    context.lineWidth = box.inside ? LINE_PX.inside : LINE_PX.outside;
    context.globalAlpha = box.inside ? 0.14 : 0;
    context.fillRect(left, top, boxWidth, boxHeight);
    context.globalAlpha = box.inside ? 1 : 0.65;
    context.strokeRect(left, top, boxWidth, boxHeight);
    if (box.inside || boxWidth >= LABELLED_FROM_PX) drawLabel(context, labelOf(box), left, top, width);
    context.globalAlpha = 1;
  }
}

/** With the number of the table of vehicles, once there is one. */
function labelOf({ vehicle_type: type, vehicle_id: id }: FrameBox): string {
  return id ? `${type} ${id}` : type;
}

/** Above the box, or inside its top edge where there is no room above. */
function drawLabel(context: CanvasRenderingContext2D, text: string, left: number, top: number, width: number): void {
  context.font = FONT;
  const labelWidth = context.measureText(text).width + 2 * LABEL.padding;
  const x = Math.max(0, Math.min(left - 1, width - labelWidth));
  const y = top >= LABEL.height ? top - LABEL.height : top;
  context.beginPath();
  context.roundRect(x, y, labelWidth, LABEL.height, 4);
  context.fill();
  context.fillStyle = "#0b0e13";
  context.textBaseline = "middle";
  context.fillText(text, x + LABEL.padding, y + LABEL.height / 2 + 0.5);
}
