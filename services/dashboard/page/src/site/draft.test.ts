import { expect, it } from "vitest";
import type { Point, Site } from "../contract";
import {
  type Draft,
  draftOf,
  draftShapes,
  fileOf,
  isChanged,
  problemOf,
  selectedOf,
  sidesOf,
  snapped,
  withChange,
  withCopy,
  withMoved,
  withMovedCorner,
  withNew,
  withNextPoint,
  withoutPoint,
  withoutScale,
  withoutSelected,
  withPoint,
  withPointAfter,
  withReversed,
  withScale,
} from "./draft";

const WHOLE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const LINE: Point[] = [
  [0.1, 0.5],
  [0.9, 0.5],
];

function site(): Site {
  const rest = { anchor: "center", vehicle_types: null } as const;
  return {
    zones: [{ ...rest, zone_id: "roi", name: "Region of interest", color: "#2f6fed", polygon: WHOLE }],
    gates: [
      {
        ...rest,
        gate_id: "north",
        name: "North",
        color: "#e5484d",
        points: LINE,
        forward_name: "in",
        backward_name: "out",
      },
    ],
    movements: [{ movement_id: "left", name: "Left", steps: [{ gate_id: "north", direction: "forward" }] }],
    calibration: null,
    aspect_ratio: 16 / 9,
  };
}

function withPoints(draft: Draft, ...points: Point[]): Draft {
  return points.reduce(withPoint, draft);
}

const TRIANGLE: Point[] = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
];

it("edits what is there without changing it", () => {
  const draft = draftOf(site());

  expect(draft.items.map(({ key, points }) => [key, points.length])).toEqual([
    ["zone/roi", 0],
    ["gate/north", 2],
  ]);
  expect(isChanged(draft, site())).toBe(false);
  expect(fileOf(draft)).toMatchObject({
    features: [
      { id: "roi", geometry: { type: "Polygon", coordinates: [WHOLE] } },
      { id: "north", properties: { forward_name: "in" }, geometry: { type: "LineString", coordinates: LINE } },
    ],
    movements: [{ movement_id: "left" }],
    calibration: null,
  });
});

it("adds a zone with a free name and a free color", () => {
  const draft = withPoints(withNew(withNew(draftOf(site()), "zone"), "zone"), ...TRIANGLE);
  const added = selectedOf(draft)!;

  expect([added.name, added.color, added.id]).toEqual(["Zone 2", "#f5a524", null]);
  expect(fileOf(draft).features.at(-1)).toMatchObject({ properties: { name: "Zone 2" } });
  expect(fileOf(draft).features.at(-1)).not.toHaveProperty("id");
  expect(isChanged(draft, site())).toBe(true);
});

it("moves, inserts and removes points of the selected one only", () => {
  const drawn = withPoints(draftOf(site()), ...TRIANGLE);
  const inserted = withPointAfter(drawn, 0, [0.3, 0.05]);

  expect(selectedOf(inserted)?.points).toEqual([TRIANGLE[0], [0.3, 0.05], TRIANGLE[1], TRIANGLE[2]]);
  expect(selectedOf(withMoved(inserted, 1, [0.3, 0]))?.points[1]).toEqual([0.3, 0]);
  expect(selectedOf(withoutPoint(inserted, 1))?.points).toEqual(TRIANGLE);
  expect(inserted.items[1]?.points).toEqual(LINE);
});

it("puts points that are added by keyboard where they make a shape", () => {
  let draft = draftOf(site());
  for (let number = 0; number < 6; number++) {
    draft = withNextPoint(draft);
    if (number > 1) expect(problemOf(draft)).toBeNull();
  }
  expect(selectedOf(draft)?.points).toHaveLength(6);

  const gate = withNextPoint(withNextPoint(withNew(draft, "gate")));
  expect(problemOf(gate)).toBeNull();
  expect(selectedOf(withNextPoint(gate))?.points[1]).toEqual([0.5, 0.5]);
});

it("has a side between the last and the first point of a zone, and none of a gate", () => {
  expect(sidesOf({ kind: "zone", points: TRIANGLE })).toHaveLength(3);
  expect(sidesOf({ kind: "gate", points: TRIANGLE })).toHaveLength(2);
  expect(sidesOf({ kind: "zone", points: TRIANGLE.slice(0, 2) })).toHaveLength(1);
});

it("deletes what was added, and never the region of interest", () => {
  const draft = draftOf(site());

  expect(withoutSelected(draft)).toBe(draft);
  expect(withoutSelected({ ...draft, selected: "gate/north" })).toMatchObject({
    items: [{ key: "zone/roi" }],
    selected: "zone/roi",
  });
});

it("turns a gate round", () => {
  const draft = withReversed({ ...draftOf(site()), selected: "gate/north" });

  expect(draft.items[1]?.points).toEqual([...LINE].reverse());
});

it("draws a point to the border and to the points of others", () => {
  const draft = draftOf(site());

  expect(snapped(draft, [0.005, 0.3])).toEqual([0, 0.3]);
  expect(snapped(draft, [0.995, 0.993])).toEqual([1, 1]);
  expect(snapped(draft, [0.105, 0.495])).toEqual([0.1, 0.5]);
  expect(snapped(draft, [0.3, 0.3])).toEqual([0.3, 0.3]);
});

it.each<[string, (draft: Draft) => Draft, RegExp | null]>([
  ["nothing changed", (draft) => draft, null],
  ["a region of two points", (draft) => withPoints(draft, [0, 0], [1, 1]), /three points/],
  ["a new zone without points", (draft) => withNew(draft, "zone"), /three points/],
  ["a new gate without points", (draft) => withNew(draft, "gate"), /two points/],
  [
    "a gate at which nothing counts",
    (draft) => withChange({ ...draft, selected: "gate/north" }, { vehicleTypes: [] }),
    /At least one type/,
  ],
  ["no name", (draft) => withChange(draft, { name: " " }), /needs a name/],
  [
    "the name of another gate",
    (draft) => withChange(withPoints(withNew(draft, "gate"), ...LINE), { name: "North" }),
    /is called “North”/,
  ],
  [
    "a direction without a name",
    (draft) => withChange({ ...draft, selected: "gate/north" }, { forwardName: "" }),
    /directions need a name/,
  ],
])("says what is wrong with %s", (_, change, problem) => {
  const text = problemOf(change(draftOf(site())))?.text ?? null;

  if (problem) expect(text).toMatch(problem);
  else expect(text).toBeNull();
});

it("puts a rectangle on the road, moves its corners and removes it", () => {
  const scaled = withMovedCorner(withScale(draftOf(site())), 0, [0.41, 0.52]);

  expect(fileOf(scaled).calibration?.image_points[0]).toEqual([0.41, 0.52]);
  expect(selectedOf(scaled)).toBeUndefined();
  expect(isChanged(scaled, site())).toBe(true);
  expect(isChanged(withoutScale(scaled), site())).toBe(false);
});

it("names the scale when it has a problem and a zone is edited", () => {
  const draft = { ...withMovedCorner(withScale(draftOf(site())), 0, [0.9, 0.9]), selected: "zone/roi" };

  expect(problemOf(draft)?.text).toMatch(/^Speeds: .* without a dent/);
});

it("takes over what another video counts, which is a change of this one", () => {
  const other = { ...site(), gates: [], movements: [], calibration: null };
  const copied = withCopy(withNew(draftOf(site()), "zone"), other);

  expect(copied.items.map(({ key }) => key)).toEqual(["zone/roi"]);
  expect(isChanged(copied, site())).toBe(true);
  expect(selectedOf(withNew(copied, "zone"))?.key).toBe("new/2");
});

it("names another one that has a problem, and colors it", () => {
  const draft = { ...withPoints(withNew(draftOf(site()), "zone"), [0, 0], [1, 1], [1, 0], [0, 1]), selected: "zone/roi" };
  const problem = problemOf(draft);

  expect(problem?.text).toMatch(/^Zone 1: The outline crosses itself/);
  expect(draftShapes(draft, problem).find(({ name }) => name === "Zone 1")?.color).toBe("#ffb020");
});
