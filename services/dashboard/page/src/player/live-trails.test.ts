import { expect, it } from "vitest";
import type { FrameBox } from "../contract";
import { LiveTrails } from "./live-trails";
import type { Trail } from "./logged-boxes";

function box(track_id: number, left: number): FrameBox {
  const edges = { left, top: 0.2, right: left + 0.1, bottom: 0.3 };
  return { track_id, vehicle_id: null, vehicle_type: "car", confidence: 1, inside: false, ...edges };
}

const frame = (timestamp_s: number, boxes: FrameBox[], run_id = "r") => ({ run_id, timestamp_s, boxes });
const ways = (trails: Trail[]): [number, number[]][] =>
  trails.map(({ trackId, points }) => [trackId, points.map(([x]) => Number(x.toFixed(3)))]);

it("follows each vehicle in sight, to where it is now", () => {
  const trails = new LiveTrails();
  trails.after(frame(0, [box(1, 0.1), box(2, 0.6)]));
  trails.after(frame(0.1, [box(1, 0.2)]));

  expect(ways(trails.after(frame(0.2, [box(1, 0.3)])))).toEqual([[1, [0.15, 0.25, 0.35, 0.35]]]);
});

it("keeps one point for a tenth of a second, and those of the last seconds", () => {
  const trails = new LiveTrails();
  let last: Trail[] = [];
  for (let number = 0; number <= 250; number++) last = trails.after(frame(number * 0.04, [box(1, number / 1000)]));

  expect(last[0]!.points.length).toBeLessThan(32);
  expect(last[0]!.points[0]![0]).toBeCloseTo(0.05 + 0.177, 2);
});

it("begins anew in another run, and where the video goes back", () => {
  const trails = new LiveTrails();
  trails.after(frame(5, [box(1, 0.1)]));
  expect(ways(trails.after(frame(5.2, [box(1, 0.2)], "s")))).toEqual([[1, [0.25, 0.25]]]);
  expect(ways(trails.after(frame(0, [box(1, 0.3)], "s")))).toEqual([[1, [0.35, 0.35]]]);
});
