import { expect, it } from "vitest";
import { flowMatrix } from "./flow-matrix";

const PLACES = [
  { id: "n", name: "North" },
  { id: "e", name: "East" },
];

it("has a row for each origin and a column for each destination", () => {
  const flows = [
    { origin: "n", destination: "e", total: 7, vehicle_type: { car: 7 } },
    { origin: "e", destination: "e", total: 2, vehicle_type: { bus: 2 } },
  ];
  expect(flowMatrix({ places: PLACES, flows })).toEqual({
    rows: [
      { place: PLACES[0], cells: [0, 7], total: 7 },
      { place: PLACES[1], cells: [0, 2], total: 2 },
    ],
    most: 7,
    assigned: 9,
  });
});

it("is empty where nothing passed two places", () => {
  expect(flowMatrix({ places: PLACES, flows: [] })).toMatchObject({ most: 0, assigned: 0 });
});
