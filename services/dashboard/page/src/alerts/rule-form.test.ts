import { expect, it } from "vitest";
import type { AlertCondition, Site } from "../contract";
import { conditionOf, editedCondition, formOf, NEW_RULE, placesFor, type RuleForm, WHOLE_PICTURE, withKind } from "./rule-form";

const SITE = {
  zones: [{ zone_id: "roi", name: "Region" }],
  gates: [{ gate_id: "g", name: "Gate" }],
} as Site;

const CONDITIONS: AlertCondition[] = [
  { kind: "count", zone_id: "roi", more_than: 3, window_s: 60, clear_after_s: 5, vehicle_types: null },
  { kind: "count", gate_id: "g", direction: "forward", more_than: 3, window_s: 60, clear_after_s: 5, vehicle_types: ["car"] },
  { kind: "stay", zone_id: "roi", more_than_s: 20, is_standing: false, clear_after_s: 0, vehicle_types: null },
  { kind: "queue", zone_id: "roi", at_least: 4, for_s: 10, is_standing: true, clear_after_s: 5, vehicle_types: null },
  { kind: "wrong_direction", gate_id: "g", direction: "backward", clear_after_s: 5, vehicle_types: null },
  { kind: "nothing_seen", zone_id: null, for_s: 90, clear_after_s: 5, vehicle_types: null },
];

it.each(CONDITIONS)("makes the condition that a form was filled with: $kind", (condition) => {
  expect(conditionOf(formOf("Name", condition))).toEqual(condition);
});

it("offers each kind the places that it can be about", () => {
  const offered = (kind: RuleForm["kind"]) => placesFor(kind, SITE).map(([place]) => place);
  expect(offered("count")).toEqual(["zone/roi", "gate/g"]);
  expect(offered("wrong_direction")).toEqual(["gate/g"]);
  expect(offered("stay")).toEqual(["zone/roi"]);
  expect(offered("nothing_seen")).toEqual([WHOLE_PICTURE, "zone/roi"]);
  expect(placesFor("count", undefined)).toEqual([]);
});

it("keeps the place of a form whose kind is changed, if it can", () => {
  expect(withKind(NEW_RULE, "stay", SITE).place).toBe("zone/roi");
  const wrong = withKind(NEW_RULE, "wrong_direction", SITE);
  expect([wrong.place, wrong.direction]).toEqual(["gate/g", "backward"]);
});

it("keeps the limit below which a rule is over, as long as it is one", () => {
  const before: AlertCondition = { ...CONDITIONS[3]!, clear_at_most: 2 };
  expect(editedCondition(formOf("Name", before), before).clear_at_most).toBe(2);
  expect(editedCondition({ ...formOf("Name", before), vehicles: 2 }, before).clear_at_most).toBeUndefined();
  expect(editedCondition(formOf("Name", before), null).clear_at_most).toBeUndefined();
});
