import type { FrameBox, Point } from "../contract";
import { type PlaceKey, placeAt, type Shape } from "../site/shapes";
import { TYPE_COLOURS, typeNameOfOne } from "../ui/vehicle-types";
import { drawPlaces } from "./draw-places";
import { placeLabels } from "./labels";
import type { Trail } from "./logged-boxes";

const LINE_PX = { inside: 2.5, outside: 1.25 };
const FONT = "600 12px system-ui, sans-serif";
const LABEL = { height: 18, padding: 5 };
const TRAIL_PX = 2.5;

/** Places and boxes on a canvas of their own over the picture: sharp at any size, and hidden without a redraw of the picture. */
export class Overlay {
  private boxes: readonly FrameBox[] = [];
  private trails: readonly Trail[] = [];
  private areBoxesVisible = true;
  private areLabelsVisible = true;
  private areTrailsVisible = false;
  private shapes: readonly Shape[] = [];
  private highlighted: PlaceKey | null = null;
  /** In pixels of the page, noted when it changes: asking for it with every frame would have the page laid out each time. */
  private size = { width: 0, height: 0 };
  private readonly resizing: ResizeObserver;
  private redrawing = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(canvas);
  }

  close(): void {
    this.resizing.disconnect();
    cancelAnimationFrame(this.redrawing);
  }

  /** With the picture that is drawn now: what is set besides is drawn once before the browser paints. */
  show(boxes: readonly FrameBox[], trails: readonly Trail[] = []): void {
    const wasEmpty = this.boxes.length + this.trails.length === 0;
    if (wasEmpty && boxes.length + trails.length === 0) return;
    this.boxes = boxes;
    this.trails = trails;
    this.draw();
  }

  setBoxesVisible(areVisible: boolean): void {
    if (areVisible === this.areBoxesVisible) return;
    this.areBoxesVisible = areVisible;
    this.redraw();
  }

  setTrailsVisible(areVisible: boolean): void {
    if (areVisible === this.areTrailsVisible) return;
    this.areTrailsVisible = areVisible;
    this.redraw();
  }

  setLabelsVisible(areVisible: boolean): void {
    if (areVisible === this.areLabelsVisible) return;
    this.areLabelsVisible = areVisible;
    this.redraw();
  }

  /** Zones and gates; none while they are not to be seen. */
  setShapes(shapes: readonly Shape[]): void {
    this.shapes = shapes;
    this.redraw();
  }

  highlight(key: PlaceKey | null): void {
    if (key === this.highlighted) return;
    this.highlighted = key;
    this.redraw();
  }

  /** The place that is drawn under a point of the page. */
  placeAt(clientX: number, clientY: number): PlaceKey | null {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const point: Point = [(clientX - left) / width, (clientY - top) / height];
    return placeAt(this.shapes, point, width, height);
  }

  private resize(): void {
    this.size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
    this.canvas.width = Math.round(this.size.width * devicePixelRatio);
    this.canvas.height = Math.round(this.size.height * devicePixelRatio);
    this.draw();
  }

  private redraw(): void {
    this.redrawing ||= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    cancelAnimationFrame(this.redrawing);
    this.redrawing = 0;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const { width, height } = this.size;
    context.clearRect(0, 0, width, height);
    drawPlaces(context, this.shapes, this.size, this.highlighted);
    if (this.areTrailsVisible) for (const trail of this.trails) drawTrail(context, trail, width, height);
    if (!this.areBoxesVisible) return;
    // Vehicles inside the region are drawn last, over the others.
    const inOrder = [...this.boxes].sort((a, b) => Number(a.inside) - Number(b.inside));
    for (const box of inOrder) this.drawBox(context, box);
    if (this.areLabelsVisible) this.drawLabels(context, inOrder);
  }

  private drawBox(context: CanvasRenderingContext2D, box: FrameBox): void {
    const { left, top, right, bottom } = this.rectOf(box);
    context.strokeStyle = context.fillStyle = TYPE_COLOURS[box.vehicle_type];
    context.lineWidth = box.inside ? LINE_PX.inside : LINE_PX.outside;
    context.globalAlpha = box.inside ? 0.14 : 0;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = box.inside ? 1 : 0.65;
    context.strokeRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
  }

  private drawLabels(context: CanvasRenderingContext2D, boxes: readonly FrameBox[]): void {
    context.font = FONT;
    const labelled = boxes.map((box) => ({
      box: this.rectOf(box),
      width: context.measureText(labelOf(box)).width + 2 * LABEL.padding,
      isImportant: box.inside,
    }));
    placeLabels(labelled, LABEL.height, this.size).forEach((place, index) => {
      if (place) drawLabel(context, boxes[index]!, place.x, place.y, labelled[index]!.width);
    });
  }

  private rectOf(box: FrameBox): { left: number; top: number; right: number; bottom: number } {
    const { width, height } = this.size;
    return { left: box.left * width, top: box.top * height, right: box.right * width, bottom: box.bottom * height };
  }
}

/** With the number of the table of vehicles, once there is one. */
function labelOf({ vehicle_type: type, vehicle_id: id }: FrameBox): string {
  return id ? `${typeNameOfOne(type)} ${id}` : typeNameOfOne(type);
}

function drawLabel(context: CanvasRenderingContext2D, box: FrameBox, x: number, y: number, width: number): void {
  context.globalAlpha = box.inside ? 1 : 0.75;
  context.fillStyle = TYPE_COLOURS[box.vehicle_type];
  context.beginPath();
  context.roundRect(x, y, width, LABEL.height, 4);
  context.fill();
  context.fillStyle = "#0b0e13";
  context.textBaseline = "middle";
  context.fillText(labelOf(box), x + LABEL.padding, y + LABEL.height / 2 + 0.5);
  context.globalAlpha = 1;
}

/** The way fades towards its beginning. */
function drawTrail(context: CanvasRenderingContext2D, trail: Trail, width: number, height: number): void {
  context.strokeStyle = TYPE_COLOURS[trail.type];
  context.lineWidth = TRAIL_PX;
  context.lineCap = "round";
  trail.points.slice(1).forEach(([x, y], index) => {
    const [fromX, fromY] = trail.points[index]!;
    context.globalAlpha = ((index + 1) / trail.points.length) * 0.85;
    context.beginPath();
    context.moveTo(fromX * width, fromY * height);
    context.lineTo(x * width, y * height);
    context.stroke();
  });
  context.globalAlpha = 1;
}
