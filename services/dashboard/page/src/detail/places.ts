import type { Counts, DwellTime, Site, TypeCounts, VideoResults } from "../contract";
import { directionName } from "../site/direction-names";
import { gateKey, isWholePicture, type PlaceKey, zoneKey } from "../site/shapes";

/** A zone or a gate with its numbers; null where they are not counted yet. */
export type PlaceNumbers = ZoneNumbers | GateNumbers;

interface Place {
  key: PlaceKey;
  name: string;
  color: string;
}

export interface ZoneNumbers extends Place {
  kind: "zone";
  isWhole: boolean;
  numbers: { vehicles: number; inside: number; visits: number; dwell: DwellTime } | null;
}

export interface GateNumbers extends Place {
  kind: "gate";
  forward: { name: string; total: number | null };
  backward: { name: string; total: number | null };
}

export interface Numbers {
  /** Of the run in progress, while it is shown. */
  live?: Counts | undefined;
  /** Of the newest finished run, while that is shown. */
  stored?: VideoResults | undefined;
}

/** Zones and gates as they are now, each with its numbers, if they were counted with it. */
export function placesOf(site: Site | undefined, numbers: Numbers): PlaceNumbers[] {
  if (!site) return [];
  const zones = site.zones.map((zone): ZoneNumbers => {
    const { zone_id: id, name, color } = zone;
    const counted =
      numbers.live?.counts.zones.find((each) => each.zone_id === id) ?? numbers.stored?.zones.find((each) => each.zone_id === id);
    return {
      kind: "zone",
      key: zoneKey(zone),
      name,
      color,
      isWhole: isWholePicture(zone.polygon),
      numbers: counted
        ? {
            vehicles: counted.total_vehicles_count,
            inside: counted.current_vehicles_count,
            visits: counted.visits_count,
            dwell: counted.vehicle_dwell_time,
          }
        : null,
    };
  });
  const gates = site.gates.map((gate): GateNumbers => {
    const { gate_id: id, name, color } = gate;
    const live = numbers.live?.counts.gates.find((each) => each.gate_id === id);
    const stored = numbers.stored?.gates.find((each) => each.gate_id === id);
    const total = (direction: "forward" | "backward"): number | null =>
      live ? sum(live[direction]) : (stored?.[direction].total ?? null);
    return {
      kind: "gate",
      key: gateKey(gate),
      name,
      color,
      forward: { name: directionName(gate.forward_name), total: total("forward") },
      backward: { name: directionName(gate.backward_name), total: total("backward") },
    };
  });
  return [...zones, ...gates];
}

function sum(counts: TypeCounts): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
