import type { FrameBox, FrameHeader } from "../contract";
import { type LoggedBox, type LoggedPicture, type Trail, TRAIL_S, trailsAt } from "./logged-boxes";

/** A way needs no point of every frame. */
const STEP_S = 0.1;

/** The ways of the vehicles of a stream over its last seconds. */
export class LiveTrails {
  private runId = "";
  private pictures: readonly LoggedPicture[] = [];

  /** Those after this frame. They begin anew in another run, and where the video goes back. */
  after({ run_id: runId, timestamp_s: atS, boxes }: Pick<FrameHeader, "run_id" | "timestamp_s" | "boxes">): Trail[] {
    const picture = { atS, boxes: boxes.map(loggedBoxOf) };
    const isNext = runId === this.runId && atS >= (this.pictures.at(-1)?.atS ?? 0);
    const before = isNext ? this.pictures.filter((each) => each.atS >= atS - TRAIL_S) : [];
    const isStep = atS - (before.at(-1)?.atS ?? -Infinity) >= STEP_S;
    this.pictures = isStep ? [...before, picture] : before;
    this.runId = runId;
    return trailsAt([...before, picture], atS);
  }
}

function loggedBoxOf({ track_id: trackId, vehicle_type: type, left, top, right, bottom }: FrameBox): LoggedBox {
  return { trackId, type, left, top, right, bottom };
}
