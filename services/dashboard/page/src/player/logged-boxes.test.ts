import { expect, it } from "vitest";
import { boxesAt, type LoggedPicture, picturesOf, trailsAt } from "./logged-boxes";

function picture(atS: number, ...boxes: [trackId: number, left: number][]): LoggedPicture {
  return {
    atS,
    boxes: boxes.map(([trackId, left]) => ({ trackId, type: "car", left, top: 0.2, right: left + 0.1, bottom: 0.3 })),
  };
}

const lefts = (pictures: LoggedPicture[], timeS: number): number[] =>
  boxesAt(pictures, timeS).map(({ left }) => Number(left.toFixed(6)));

const THREE = [picture(0, [1, 0.1]), picture(0.04, [1, 0.2], [2, 0.5]), picture(0.08, [2, 0.6])];

it("shows the boxes of the very picture that is shown", () => {
  expect(lefts(THREE, 0)).toEqual([0.1]);
  expect(lefts(THREE, 0.04)).toEqual([0.2, 0.5]);
  // A container in milliseconds, or the rounding of the browser.
  expect(lefts(THREE, 0.0399996)).toEqual([0.2, 0.5]);
  expect(lefts(THREE, 0.0801)).toEqual([0.6]);
});

it("moves a track evenly between pictures that were analysed", () => {
  const sampled = [picture(0, [1, 0.1]), picture(0.2, [1, 0.3])];
  expect(lefts(sampled, 0.1)).toEqual([0.2]);
  expect(lefts(sampled, 0.2)).toEqual([0.3]);
});

it("keeps a track that is not in the next picture where it was seen", () => {
  expect(lefts([picture(0, [1, 0.1]), picture(0.2, [2, 0.3])], 0.1)).toEqual([0.1]);
});

it("shows nothing before the first picture, and nothing that was seen long ago", () => {
  const late = [picture(5, [1, 0.1]), picture(8, [1, 0.2])];
  expect(lefts(late, 4)).toEqual([]);
  expect(lefts(late, 5.9)).toEqual([0.1]);
  expect(lefts(late, 6.5)).toEqual([]);
});

it("draws the way of the vehicles that are in sight, of the last seconds", () => {
  const pictures = [picture(0, [1, 0.1]), picture(2, [1, 0.2], [3, 0.7]), picture(3, [1, 0.3]), picture(4, [1, 0.4])];
  const [trail, ...others] = trailsAt(pictures, 4);
  expect(others).toEqual([]);
  expect(trail!.points.map(([x]) => Number(x.toFixed(3)))).toEqual([0.25, 0.35, 0.45, 0.45]);
});

it("reads the rows of the log", () => {
  const part = {
    run_id: "run",
    from_s: 0,
    to_s: 20,
    has_log: true,
    resolution: 100,
    types: ["bus", "tram"],
    pictures: [{ at_s: 1, boxes: [[7, 0, 10, 20, 30, 40] as never, [8, 1, 0, 0, 100, 100] as never] }],
  };
  expect(picturesOf(part)).toEqual([
    {
      atS: 1,
      boxes: [
        { trackId: 7, type: "bus", left: 0.1, top: 0.2, right: 0.3, bottom: 0.4 },
        { trackId: 8, type: "vehicle", left: 0, top: 0, right: 1, bottom: 1 },
      ],
    },
  ]);
});
