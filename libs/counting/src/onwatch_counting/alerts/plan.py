"""Which rules are in force in a run, and when: with the log of the run, all that its alerts depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onwatch_contracts.alerts import AlertCondition, Place, place_of
from onwatch_contracts.site import ItemId, Site
from onwatch_contracts.values import Seconds, Value
from onwatch_counting.vehicles import TOLERANCE_S


class PlannedRule(Value):
    """A rule as it was in force during a part of a run."""

    rule_id: ItemId
    revision: int
    name: str
    condition: AlertCondition
    since_s: Seconds = 0.0
    """After this time of the video; 0: from its first picture on."""
    until_s: Seconds | None = None
    """Up to this time; None: it is still in force."""

    def is_in_force(self, at_s: float) -> bool:
        return self.has_begun(at_s) and (self.until_s is None or at_s <= self.until_s + TOLERANCE_S)

    def has_begun(self, at_s: float) -> bool:
        return self.since_s == 0 or at_s > self.since_s + TOLERANCE_S

    def has_ended(self, at_s: float) -> bool:
        return self.until_s is not None and self.until_s <= at_s + TOLERANCE_S


class AlertPlan(Value):
    """The site with which a run began, and its rules since then, also those that have ended."""

    site: Site
    rules: tuple[PlannedRule, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedRule:
    """A rule that is enabled now."""

    rule_id: str
    revision: int
    name: str
    condition: AlertCondition


def updated(plan: AlertPlan, wanted: Sequence[WantedRule], position_s: float) -> AlertPlan:
    """The plan when the run has come to a position and these rules are wanted from there on; itself if it has them.

    A rule of a zone or gate that the site of the run does not have stays out.
    """
    usable = {(rule.rule_id, rule.revision): rule for rule in wanted if has_place(plan.site, rule.condition)}
    rules = [
        rule if rule.until_s is not None or _key(rule) in usable else rule.model_copy(update={"until_s": position_s})
        for rule in plan.rules
    ]
    known = {_key(rule) for rule in rules if rule.until_s is None}
    rules += [planned(rule, position_s) for key, rule in usable.items() if key not in known]
    return plan if tuple(rules) == plan.rules else plan.model_copy(update={"rules": tuple(rules)})


def planned(rule: WantedRule, since_s: float = 0.0) -> PlannedRule:
    return PlannedRule(
        rule_id=rule.rule_id, revision=rule.revision, name=rule.name, condition=rule.condition, since_s=since_s
    )


def has_place(site: Site, condition: AlertCondition) -> bool:
    return place_name(site, condition) is not None or place_of(condition) == Place()


def place_name(site: Site, condition: AlertCondition) -> str | None:
    """The name of the zone or gate of a condition; None if it is about the whole picture, or the site has none."""
    place = place_of(condition)
    names = {("zone", zone.zone_id): zone.name for zone in site.zones}
    names |= {("gate", gate.gate_id): gate.name for gate in site.gates}
    if place.gate_id is not None:
        return names.get(("gate", place.gate_id))
    return names.get(("zone", place.zone_id or ""))


def _key(rule: PlannedRule) -> tuple[str, int]:
    return rule.rule_id, rule.revision
