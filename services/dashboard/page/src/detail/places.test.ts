import { expect, it } from "vitest";
import type { Counts, Site, VideoResults } from "../contract";
import { placesOf } from "./places";

const rest = { anchor: "center", vehicle_types: null } as const;
const dwell = { visits: 2, mean_s: 3, max_s: 4, total_s: 6 };
const site: Site = {
  zones: [
    {
      ...rest,
      zone_id: "roi",
      name: "Region of interest",
      color: "#2f6fed",
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    },
    {
      ...rest,
      zone_id: "queue",
      name: "Queue",
      color: "#ffb020",
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    },
  ],
  gates: [
    {
      ...rest,
      gate_id: "north",
      name: "North",
      color: "#e5484d",
      points: [
        [0, 0],
        [1, 0],
      ],
      forward_name: "into town",
      backward_name: "out of town",
    },
  ],
  movements: [],
  calibration: null,
  aspect_ratio: 16 / 9,
};
const counted = {
  zone_id: "queue",
  total_vehicles_count: 5,
  current_vehicles_count: 2,
  visits_count: 6,
  vehicle_type: {},
  vehicle_dwell_time: dwell,
};
const live = {
  counts: { zones: [counted], gates: [{ gate_id: "north", forward: { car: 2, bus: 1 }, backward: {} }] },
} as unknown as Counts;
const stored = {
  zones: [{ ...counted, total_vehicles_count: 9 }],
  gates: [{ gate_id: "north", forward: { total: 7 }, backward: { total: 1 } }],
} as unknown as VideoResults;

it("adds the live numbers up over types", () => {
  expect(placesOf(site, { live })).toMatchObject([
    { key: "zone/roi", isWhole: true, numbers: null },
    { key: "zone/queue", isWhole: false, numbers: { vehicles: 5, inside: 2, visits: 6, dwell } },
    { key: "gate/north", forward: { name: "into town", total: 3 }, backward: { name: "out of town", total: 0 } },
  ]);
});

it("shows the stored numbers of a finished run", () => {
  const [, queue, north] = placesOf(site, { stored });

  expect(queue).toMatchObject({ numbers: { vehicles: 9 } });
  expect(north).toMatchObject({ forward: { total: 7 }, backward: { total: 1 } });
});

it("has no numbers of what was drawn since", () => {
  const [, queue, north] = placesOf(site, {});

  expect(queue).toMatchObject({ numbers: null });
  expect(north).toMatchObject({ forward: { total: null } });
});
