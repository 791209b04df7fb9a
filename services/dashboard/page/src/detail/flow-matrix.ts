import type { Place, VideoFlows } from "../contract";

export interface FlowRow {
  /** Where the vehicles came from. */
  place: Place;
  /** By destination, in the order of the places. */
  cells: number[];
  total: number;
}

export interface FlowMatrix {
  rows: FlowRow[];
  /** The largest cell. */
  most: number;
  /** Vehicles with an origin and a destination. */
  assigned: number;
}

export function flowMatrix({ places, flows }: Pick<VideoFlows, "places" | "flows">): FlowMatrix {
  const counts = new Map(flows.map(({ origin, destination, total }) => [`${origin} ${destination}`, total]));
  const rows = places.map((place) => {
    const cells = places.map(({ id }) => counts.get(`${place.id} ${id}`) ?? 0);
    return { place, cells, total: sum(cells) };
  });
  return { rows, most: Math.max(0, ...rows.flatMap(({ cells }) => cells)), assigned: sum(rows.map(({ total }) => total)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
