/** Zones and directions of gates as the sheet lists them, by type. */

import type { Counts, Site, TypeCounts, VideoResults } from "../contract";
import { directionName } from "../site/direction-names";
import { gateKey, isWholePicture, ROI_KEY, zoneKey } from "../site/shapes";
import { VEHICLE_TYPES } from "../ui/vehicle-types";

export interface PlaceRow {
  key: string;
  kind: "zone" | "gate";
  color: string;
  name: string;
  /** Of a gate. */
  direction: string | null;
  isWhole: boolean;
  byType: TypeCounts;
  /** Of the visits of a zone. */
  dwellS: number | null;
}

interface Numbers {
  zones: readonly { zone_id: string; vehicle_type: TypeCounts; vehicle_dwell_time: { visits: number; mean_s: number } }[];
  gates: readonly { gate_id: string; forward: TypeCounts; backward: TypeCounts }[];
}

export function numbersOfResults({ zones, gates }: Pick<VideoResults, "zones" | "gates">): Numbers {
  return {
    zones,
    gates: gates.map(({ gate_id, forward, backward }) => ({
      gate_id,
      forward: forward.vehicle_type,
      backward: backward.vehicle_type,
    })),
  };
}

/** Nothing where the region of interest is all there is: its numbers stand beside the picture. */
export function placeRows(site: Site | undefined, numbers: Numbers | Counts["counts"] | null): PlaceRow[] {
  if (!site || !numbers || (site.gates.length === 0 && site.zones.every((zone) => zoneKey(zone) === ROI_KEY))) return [];
  const zones = site.zones.flatMap((zone): PlaceRow[] => {
    const counted = numbers.zones.find(({ zone_id }) => zone_id === zone.zone_id);
    if (!counted) return [];
    const { visits, mean_s } = counted.vehicle_dwell_time;
    const dwellS = visits ? mean_s : null;
    const isWhole = isWholePicture(zone.polygon);
    const { name, color } = zone;
    return [{ key: zoneKey(zone), kind: "zone", name, color, direction: null, isWhole, byType: counted.vehicle_type, dwellS }];
  });
  const gates = site.gates.flatMap((gate): PlaceRow[] => {
    const counted = numbers.gates.find(({ gate_id }) => gate_id === gate.gate_id);
    if (!counted) return [];
    const { name, color } = gate;
    return (["forward", "backward"] as const).map((way) => ({
      key: `${gateKey(gate)} ${way}`,
      kind: "gate",
      name,
      color,
      direction: directionName(gate[`${way}_name`]),
      isWhole: false,
      byType: counted[way],
      dwellS: null,
    }));
  });
  return [...zones, ...gates];
}

/** The types that were seen anywhere, in the order of the page; those of a custom model after them. */
export function typesIn(rows: readonly PlaceRow[]): string[] {
  const seen = new Set(rows.flatMap(({ byType }) => Object.keys(byType).filter((type) => byType[type])));
  const known = VEHICLE_TYPES.filter((type) => seen.has(type));
  return [...known, ...[...seen].filter((type) => !known.some((each) => each === type)).sort()];
}

export function totalOf(byType: TypeCounts): number {
  return Object.values(byType).reduce((total, each) => total + each, 0);
}
