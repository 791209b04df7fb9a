import type { Vehicle } from "../contract";

/** A visit on the timeline: in a lane in which no other one is at the same time, as far as there are lanes. */
export interface LaneOf {
  visit: Vehicle;
  lane: number;
}

/** By time of entry; each in the first lane that is free, else in the one that is free first. */
export function visitLanes(visits: readonly Vehicle[], lanes: number, endS: number): LaneOf[] {
  const freeFromS = new Array<number>(lanes).fill(-Infinity);
  const inOrder = [...visits].sort((a, b) => a.entered_at_s - b.entered_at_s || a.vehicle_id - b.vehicle_id);
  return inOrder.map((visit) => {
    const free = freeFromS.findIndex((fromS) => fromS <= visit.entered_at_s);
    const lane = free >= 0 ? free : freeFromS.indexOf(Math.min(...freeFromS));
    freeFromS[lane] = Math.max(freeFromS[lane]!, visit.left_at_s ?? endS);
    return { visit, lane };
  });
}
