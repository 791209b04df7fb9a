import type { DetectionsPart, LoggedBoxRow, Point, VehicleType } from "../contract";
import { VEHICLE_TYPES } from "../ui/vehicle-types";

/** A box of the log. Edges are fractions of the picture. */
export interface LoggedBox {
  trackId: number;
  type: VehicleType;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface LoggedPicture {
  atS: number;
  boxes: readonly LoggedBox[];
}

/** Where a vehicle was, the newest place last. */
export interface Trail {
  trackId: number;
  type: VehicleType;
  points: readonly Point[];
}

/** Times of pictures are given by the browser in microseconds, and by some containers in milliseconds. */
const SAME_TIME_S = 0.002;
/** What was seen longer ago is not shown: the log has a gap. */
const SEEN_FOR_S = 1;
export const TRAIL_S = 3;

export function picturesOf(part: DetectionsPart): LoggedPicture[] {
  return part.pictures.map(({ at_s, boxes }) => ({ atS: at_s, boxes: boxes.map((row) => boxOf(row, part)) }));
}

function boxOf([trackId, type, left, top, right, bottom]: LoggedBoxRow, part: DetectionsPart): LoggedBox {
  const { resolution } = part;
  return {
    trackId,
    type: typeOf(part.types[type]),
    left: left / resolution,
    top: top / resolution,
    right: right / resolution,
    bottom: bottom / resolution,
  };
}

/** Classes of custom models are drawn as what they are: some vehicle. */
function typeOf(name: string | undefined): VehicleType {
  return VEHICLE_TYPES.find((type) => type === name) ?? "vehicle";
}

/**
 * The boxes at a time, of pictures in order: those of the picture that is shown, exactly. Between analysed pictures, where
 * not every one was, a track that is in both moves evenly from one to the next.
 */
export function boxesAt(pictures: readonly LoggedPicture[], timeS: number): readonly LoggedBox[] {
  const index = indexAt(pictures, timeS);
  const picture = pictures[index];
  if (!picture || timeS - picture.atS > SEEN_FOR_S) return [];
  const next = pictures[index + 1];
  if (!next || timeS - picture.atS <= SAME_TIME_S || next.atS - picture.atS > SEEN_FOR_S) return picture.boxes;
  const share = (timeS - picture.atS) / (next.atS - picture.atS);
  const after = new Map(next.boxes.map((box) => [box.trackId, box]));
  return picture.boxes.map((box) => between(box, after.get(box.trackId), share));
}

function between(box: LoggedBox, next: LoggedBox | undefined, share: number): LoggedBox {
  if (!next) return box;
  const mixed = (from: number, to: number): number => from + (to - from) * share;
  return {
    ...box,
    left: mixed(box.left, next.left),
    top: mixed(box.top, next.top),
    right: mixed(box.right, next.right),
    bottom: mixed(box.bottom, next.bottom),
  };
}

/** The ways of the vehicles in sight over the last seconds, along the middle of the lower edges of their boxes. */
export function trailsAt(pictures: readonly LoggedPicture[], timeS: number): Trail[] {
  const now = boxesAt(pictures, timeS);
  const points = new Map<number, Point[]>(now.map((box) => [box.trackId, []]));
  const last = indexAt(pictures, timeS);
  for (let index = last; index >= 0 && pictures[index]!.atS >= timeS - TRAIL_S; index--) {
    for (const box of pictures[index]!.boxes) points.get(box.trackId)?.unshift(footOf(box));
  }
  return now.map((box) => ({ trackId: box.trackId, type: box.type, points: [...points.get(box.trackId)!, footOf(box)] }));
}

function footOf({ left, right, bottom }: LoggedBox): Point {
  return [(left + right) / 2, bottom];
}

/** The last picture at a time or before; -1 if there is none. */
function indexAt(pictures: readonly LoggedPicture[], timeS: number): number {
  let [from, to] = [0, pictures.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (pictures[middle]!.atS <= timeS + SAME_TIME_S) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
