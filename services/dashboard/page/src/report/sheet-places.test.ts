import { expect, it } from "vitest";
import type { Gate, Site, SiteZone } from "../contract";
import { numbersOfResults, placeRows, totalOf, typesIn } from "./sheet-places";

const WHOLE = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const ROI = { zone_id: "roi", name: "Region", color: "#111", polygon: WHOLE } as SiteZone;
const GATE = { gate_id: "g", name: "Bridge", color: "#222", forward_name: "into town", backward_name: "backward" } as Gate;
const site = (gates: Gate[]): Site => ({ zones: [ROI], gates, movements: [], calibration: null, aspect_ratio: 1 });

const NUMBERS = {
  zones: [{ zone_id: "roi", vehicle_type: { car: 3, truck: 1 }, vehicle_dwell_time: { visits: 4, mean_s: 2.5 } }],
  gates: [{ gate_id: "g", forward: { tram: 2 }, backward: {} }],
};

it("lists zones and the directions of gates", () => {
  const rows = placeRows(site([GATE]), NUMBERS);
  expect(rows.map(({ name, direction, isWhole, byType, dwellS }) => [name, direction, isWhole, totalOf(byType), dwellS])).toEqual(
    [
      ["Region", null, true, 4, 2.5],
      ["Bridge", "into town", false, 2, null],
      ["Bridge", "backward", false, 0, null],
    ],
  );
  expect(typesIn(rows)).toEqual(["car", "truck", "tram"]);
});

it("lists nothing where the region is all there is, and no place that was not counted", () => {
  expect(placeRows(site([]), NUMBERS)).toEqual([]);
  expect(placeRows(site([GATE]), null)).toEqual([]);
  expect(placeRows(site([GATE]), { ...NUMBERS, gates: [] }).map(({ name }) => name)).toEqual(["Region"]);
});

it("takes the types of gates from stored results", () => {
  const direction = (name: string) => ({ name, total: 2, vehicle_type: { car: 2 }, mean_speed_kmh: null });
  const gates = [{ gate_id: "g", name: "Bridge", forward: direction("into town"), backward: direction("backward") }];
  expect(numbersOfResults({ zones: [], gates }).gates).toEqual([{ gate_id: "g", forward: { car: 2 }, backward: { car: 2 } }]);
});
