/** What is typed in the form of a rule, and the condition that it makes. */

import type { AlertCondition, AlertKind, Site } from "../contract";
import { gateKey, type PlaceKey, zoneKey } from "../site/shapes";

export const WHOLE_PICTURE = "picture";
export type PlaceChoice = PlaceKey | typeof WHOLE_PICTURE;

export interface RuleForm {
  name: string;
  kind: AlertKind;
  place: PlaceChoice;
  direction: "forward" | "backward" | "both";
  /** Vehicles of a count (more than), or of a queue (at least). */
  vehicles: number;
  /** The window of a count, the length of a stay, how long a queue lasts, or how long nothing is seen. */
  durationS: number;
  isStanding: boolean;
  clearAfterS: number;
  /** Null: all. */
  vehicleTypes: string[] | null;
}

export const KINDS: readonly AlertKind[] = ["count", "stay", "queue", "wrong_direction", "nothing_seen"];

export const NEW_RULE: RuleForm = {
  name: "",
  kind: "queue",
  place: "zone/roi",
  direction: "both",
  vehicles: 5,
  durationS: 30,
  isStanding: true,
  clearAfterS: 5,
  vehicleTypes: null,
};

/** The places that a kind of rule can be about. */
export function placesFor(kind: AlertKind, site: Site | undefined): [PlaceChoice, string | null][] {
  if (!site) return [];
  const zones = site.zones.map((zone): [PlaceChoice, string] => [zoneKey(zone), zone.name]);
  const gates = site.gates.map((gate): [PlaceChoice, string] => [gateKey(gate), gate.name]);
  if (kind === "wrong_direction") return gates;
  if (kind === "count") return [...zones, ...gates];
  return kind === "nothing_seen" ? [[WHOLE_PICTURE, null], ...zones] : zones;
}

/** The form with another kind: its place stays if the kind can be about it. */
export function withKind(form: RuleForm, kind: AlertKind, site: Site | undefined): RuleForm {
  const places = placesFor(kind, site).map(([place]) => place);
  const place = places.includes(form.place) ? form.place : (places[0] ?? form.place);
  const direction = kind === "wrong_direction" && form.direction === "both" ? "backward" : form.direction;
  return { ...form, kind, place, direction };
}

export function conditionOf(form: RuleForm): AlertCondition {
  const { kind, place, isStanding } = form;
  const base = { clear_after_s: form.clearAfterS, vehicle_types: form.vehicleTypes };
  const [what, id = ""] = place.split("/");
  const zone = { zone_id: id };
  switch (kind) {
    case "count":
      return what === "gate"
        ? { ...base, kind, gate_id: id, direction: form.direction === "both" ? null : form.direction, ...countOf(form) }
        : { ...base, kind, ...zone, ...countOf(form) };
    case "stay":
      return { ...base, kind, ...zone, more_than_s: form.durationS, is_standing: isStanding };
    case "queue":
      return { ...base, kind, ...zone, at_least: form.vehicles, for_s: form.durationS, is_standing: isStanding };
    case "wrong_direction":
      return { ...base, kind, gate_id: id, direction: form.direction === "forward" ? "forward" : "backward" };
    case "nothing_seen":
      return { ...base, kind, zone_id: place === WHOLE_PICTURE ? null : id, for_s: form.durationS };
  }
}

function countOf(form: RuleForm) {
  return { more_than: form.vehicles, window_s: form.durationS };
}

/** The inverse, for a rule that is edited. */
export function formOf(name: string, condition: AlertCondition): RuleForm {
  const { kind, zone_id: zone, gate_id: gate } = condition;
  return {
    name,
    kind,
    place: gate ? `gate/${gate}` : zone ? `zone/${zone}` : WHOLE_PICTURE,
    direction: condition.direction ?? "both",
    vehicles: condition.more_than ?? condition.at_least ?? NEW_RULE.vehicles,
    durationS: condition.window_s ?? condition.more_than_s ?? condition.for_s ?? NEW_RULE.durationS,
    isStanding: condition.is_standing ?? true,
    clearAfterS: condition.clear_after_s ?? NEW_RULE.clearAfterS,
    vehicleTypes: condition.vehicle_types ?? null,
  };
}

/** What the form does not show stays as it was: the limits below which an alert is over. */
export function editedCondition(form: RuleForm, before: AlertCondition | null): AlertCondition {
  const condition = conditionOf(form);
  const kept = before?.kind === condition.kind ? before.clear_at_most : undefined;
  const most = condition.kind === "queue" ? form.vehicles - 1 : form.vehicles;
  return kept == null || kept > most ? condition : { ...condition, clear_at_most: kept };
}
