"""Which rules are in force in a run, and when."""

from __future__ import annotations

from onwatch_contracts.alerts import CountCondition, NothingSeenCondition, StayCondition
from onwatch_contracts.site import Gate, Site
from onwatch_counting.alerts.plan import AlertPlan, PlannedRule, WantedRule, has_place, place_name, planned, updated

SITE = Site(gates=(Gate(gate_id="g", name="Exit", points=((0.2, 0.5), (0.8, 0.5))),))
NOTHING = NothingSeenCondition(for_s=10)
RULE = WantedRule("rule", 1, "Quiet", NOTHING)


def test_a_rule_is_in_force_after_its_beginning_and_up_to_its_end():
    rule = PlannedRule(rule_id="r", revision=1, name="R", condition=NOTHING, since_s=5.0, until_s=9.0)
    assert [rule.is_in_force(at_s) for at_s in (0.0, 5.0, 5.04, 9.0, 9.04)] == [False, False, True, True, False]
    assert [rule.has_ended(at_s) for at_s in (8.9, 9.0)] == [False, True]
    assert planned(RULE).is_in_force(0.0), "that of the beginning counts from the first picture on"


def test_the_same_rules_change_nothing():
    plan = AlertPlan(site=SITE, rules=(planned(RULE),))
    assert updated(plan, [RULE], 5.0) is plan


def test_a_rule_that_is_added_counts_from_there():
    plan = updated(AlertPlan(site=SITE), [RULE], 5.0)
    assert [(rule.rule_id, rule.since_s, rule.until_s) for rule in plan.rules] == [("rule", 5.0, None)]


def test_a_rule_that_is_changed_ends_and_begins():
    changed = WantedRule("rule", 2, "Quiet", NothingSeenCondition(for_s=20))
    plan = updated(AlertPlan(site=SITE, rules=(planned(RULE),)), [changed], 5.0)
    assert [(rule.revision, rule.since_s, rule.until_s) for rule in plan.rules] == [(1, 0.0, 5.0), (2, 5.0, None)]
    assert updated(plan, [changed], 9.0) is plan
    ended = updated(plan, [], 9.0)
    assert [rule.until_s for rule in ended.rules] == [5.0, 9.0]


def test_a_rule_of_a_place_that_the_run_does_not_have_stays_out():
    lost = WantedRule("lost", 1, "Lost", StayCondition(zone_id="gone", more_than_s=5))
    assert updated(AlertPlan(site=SITE), [lost], 5.0).rules == ()


def test_places_have_names():
    gate, roi = CountCondition(gate_id="g", more_than=1, window_s=1), StayCondition(zone_id="roi", more_than_s=5)
    assert (place_name(SITE, gate), place_name(SITE, roi)) == ("Exit", "Region of interest")
    assert place_name(SITE, NOTHING) is None
    assert has_place(SITE, NOTHING)
    assert has_place(SITE, gate)
    assert not has_place(SITE, CountCondition(gate_id="roi", more_than=1, window_s=1)), "that is a zone"
