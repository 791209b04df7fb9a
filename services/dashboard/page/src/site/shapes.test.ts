import { expect, it } from "vitest";
import type { Point, Site } from "../contract";
import { contains, forwardArrow, isWholePicture, placeAt, shapesOf } from "./shapes";

const WHOLE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

function square(left: number, size: number): Point[] {
  return [
    [left, 0.2],
    [left + size, 0.2],
    [left + size, 0.2 + size],
    [left, 0.2 + size],
  ];
}

function site(): Site {
  const rest = { color: "#2f6fed", anchor: "center", vehicle_types: null } as const;
  return {
    zones: [
      { ...rest, zone_id: "roi", name: "Region of interest", polygon: WHOLE },
      { ...rest, zone_id: "big", name: "Big", polygon: square(0.1, 0.6) },
      { ...rest, zone_id: "small", name: "Small", polygon: square(0.2, 0.2) },
    ],
    gates: [
      {
        ...rest,
        gate_id: "north",
        name: "North",
        points: [
          [0, 0.9],
          [1, 0.9],
        ],
        forward_name: "in",
        backward_name: "out",
      },
    ],
    movements: [],
    calibration: null,
    aspect_ratio: 16 / 9,
  };
}

it("draws zones and gates in their order, and no outline around the whole picture", () => {
  expect(shapesOf(site()).map(({ key, isWhole }) => [key, isWhole])).toEqual([
    ["zone/roi", true],
    ["zone/big", false],
    ["zone/small", false],
    ["gate/north", false],
  ]);
  expect(shapesOf(undefined)).toEqual([]);
  expect(isWholePicture(square(0, 1))).toBe(false);
});

it.each([
  [[0.5, 0.891], "gate/north"],
  [[0.25, 0.25], "zone/small"],
  [[0.6, 0.7], "zone/big"],
  [[0.9, 0.1], null],
] as const)("finds what is under the pointer at %o: %s", (point, key) => {
  expect(placeAt(shapesOf(site()), [...point], 1280, 720)).toBe(key);
});

it("knows what is inside a polygon with a notch", () => {
  const notched: Point[] = [...square(0, 1).slice(0, 3), [0.5, 0.3], [0, 1.2]];

  expect(contains(notched, [0.9, 0.4])).toBe(true);
  expect(contains(notched, [0.5, 1.1])).toBe(false);
});

it("points down for a gate that is drawn from left to right, and to the other side for its reverse", () => {
  const gate: Point[] = [
    [100, 200],
    [300, 200],
  ];

  expect(forwardArrow(gate, 40)).toEqual({ from: [200, 200], to: [200, 240] });
  expect(forwardArrow([...gate].reverse(), 40)).toEqual({ from: [200, 200], to: [200, 160] });
});

it("points across the piece in the middle of a bent gate", () => {
  const bent: Point[] = [
    [0, 0],
    [10, 0],
    [10, 100],
  ];

  expect(forwardArrow(bent, 20)).toEqual({ from: [10, 45], to: [-10, 45] });
});
