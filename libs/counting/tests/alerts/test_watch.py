"""Alerts of a run: cut anywhere and resumed, they are the same."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.alerts import (
    AlertCondition,
    ClearReason,
    CountCondition,
    NothingSeenCondition,
    QueueCondition,
    StayCondition,
    WrongDirectionCondition,
)
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME
from onwatch_counting.alerts import AlertChange, AlertPlan, AlertWatch, Cleared, Raised, WantedRule, planned, updated
from onwatch_counting.alerts.watch import WatchStateError
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture

FPS = 5.0
SITE = Site(
    zones=(
        SiteZone(zone_id="roi", name="All", polygon=WHOLE_FRAME),
        SiteZone(zone_id="a", name="A", polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))),
    ),
    gates=(Gate(gate_id="g", name="G", points=((0.1, 0.5), (0.9, 0.5))),),
)
CONDITIONS: tuple[AlertCondition, ...] = (
    CountCondition(zone_id="roi", more_than=1, window_s=4, clear_after_s=1),
    CountCondition(gate_id="g", more_than=0, window_s=3, clear_after_s=0),
    StayCondition(zone_id="a", more_than_s=2, clear_after_s=0.4),
    StayCondition(zone_id="roi", more_than_s=3, is_standing=False, clear_after_s=0),
    QueueCondition(zone_id="a", at_least=2, for_s=0.6, is_standing=False, clear_at_most=0, clear_after_s=0),
    WrongDirectionCondition(gate_id="g", direction="backward", clear_after_s=1),
    NothingSeenCondition(for_s=1, clear_after_s=0),
    NothingSeenCondition(zone_id="a", for_s=2, vehicle_types=("car",), clear_after_s=0.4),
)
RULES = [WantedRule(f"rule-{n}", 1, f"Rule {n}", condition) for n, condition in enumerate(CONDITIONS)]
PLAN = AlertPlan(site=SITE, rules=tuple(planned(rule) for rule in RULES))
PICTURES = 60
Log = Sequence[LoggedPicture]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    rows: list[list[LoggedBox]] = [[] for _ in range(PICTURES)]
    for number in range(1, draw(st.integers(1, 5)) + 1):
        start, steps = draw(st.integers(0, PICTURES - 1)), draw(st.integers(1, PICTURES))
        x0, y0, x1, y1 = draw(st.tuples(*[st.integers(1, 19)] * 4))
        missed, stops = draw(st.frozensets(st.integers(0, steps), max_size=9)), draw(st.integers(0, steps))
        kind = draw(st.sampled_from(["car", "truck"]))
        for step in set(range(min(steps, PICTURES - start))) - missed:
            share = min(step, stops) / steps
            x, y = (round((a + (b - a) * share) / 20 * RESOLUTION) for a, b in ((x0, x1), (y0, y1)))
            edges = (min(RESOLUTION, max(0, edge)) for edge in (x - 1600, y - 1600, x + 1600, y))
            rows[start + step].append(LoggedBox(number, *edges, 200, kind))
    return [LoggedPicture(n / FPS, tuple(boxes)) for n, boxes in enumerate(rows)]


def whole(log: Log, plan: AlertPlan = PLAN) -> list[AlertChange]:
    watch = AlertWatch(plan, 2.0)
    changes = [change for picture in log for change in watch.observe(picture)]
    return [*changes, *watch.finish(PICTURES / FPS)]


EXAMPLES = settings(max_examples=25)


@EXAMPLES
@given(log=logs(), cuts=st.frozensets(st.integers(0, PICTURES), max_size=6))
def test_it_may_be_cut_anywhere(log: Log, cuts: frozenset[int]):
    watch, changes = AlertWatch(PLAN, 2.0), []
    for number, picture in enumerate(log):
        if number in cuts:
            watch = AlertWatch.from_json(json.loads(json.dumps(watch.to_json())), PLAN, 2.0)
        changes += watch.observe(picture)
    assert [*changes, *watch.finish(PICTURES / FPS)] == whole(log)


@EXAMPLES
@given(log=logs())
def test_each_alert_is_raised_once_and_cleared_once(log: Log):
    open_of: dict[str, float] = {}
    ids = []
    for found in whole(log):
        rule_id, change = found.rule.rule_id, found.change
        if isinstance(change, Raised):
            assert rule_id not in open_of, "the one before is not cleared"
            open_of[rule_id] = change.at_s
            ids.append(found.alert_id("run"))
        else:
            assert open_of.pop(rule_id) == change.raised_at_s <= change.at_s
    assert not open_of
    assert len(set(ids)) == len(ids)


@EXAMPLES
@given(log=logs(), at=st.integers(2, PICTURES - 1))
def test_a_plan_that_changes_gives_what_counting_again_with_it_gives(log: Log, at: int):
    """Half of the rules end at a moment, and as many begin: found live, or later from the whole log."""
    position_s = log[at - 1].timestamp_s
    later = [WantedRule(f"new-{n}", 1, "New", rule.condition) for n, rule in enumerate(RULES[::2])]
    plan = updated(PLAN, [*RULES[::2], *later], position_s)
    before = AlertWatch(PLAN, 2.0)
    changes = [change for picture in log[:at] for change in before.observe(picture)]
    watch = AlertWatch.from_json(json.loads(json.dumps(before.to_json())), plan, 2.0)
    changes += watch.retire(position_s)
    changes += [change for picture in log[at:] for change in watch.observe(picture)]
    changes += watch.finish(PICTURES / FPS)
    assert ids_and_changes(changes) == ids_and_changes(whole(log, plan))


def ids_and_changes(changes: Sequence[AlertChange]) -> list[tuple[str, str]]:
    """Without the plan, of which a change knows no more than was known then."""
    return sorted((found.alert_id("run"), repr(found.change)) for found in changes)


def quiet(pictures: int) -> Log:
    return [LoggedPicture(n / FPS) for n in range(pictures)]


def test_the_end_of_the_video_clears_what_is_open():
    plan = AlertPlan(site=SITE, rules=(planned(WantedRule("r", 1, "Quiet", NothingSeenCondition(for_s=2))),))
    raised, cleared = whole(quiet(PICTURES), plan)
    assert raised.change == Raised(2.0, pytest.approx(2.0))
    assert isinstance(cleared.change, Cleared)
    assert (cleared.change.at_s, cleared.change.reason) == (12.0, ClearReason.END_OF_VIDEO)
    assert raised.alert_id("run") == cleared.alert_id("run") != raised.alert_id("another")


def test_a_state_that_has_passed_a_rule_it_does_not_know_is_refused():
    """The rule was in force from the beginning: only the whole log tells its alerts."""
    watch = AlertWatch(AlertPlan(site=SITE), 2.0)
    watch.observe(LoggedPicture(0.0))
    with pytest.raises(WatchStateError, match="rule-0 was in force before"):
        AlertWatch.from_json(watch.to_json(), PLAN, 2.0)


@pytest.mark.parametrize("state", [{}, {"version": 1}, {"version": 1, "timestamp_s": 0.0, "reader": {}, "rules": []}])
def test_a_damaged_state_is_refused(state: dict[str, object]):
    with pytest.raises(WatchStateError):
        AlertWatch.from_json(state, PLAN, 2.0)
