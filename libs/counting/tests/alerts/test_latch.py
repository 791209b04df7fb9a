"""When an alert is raised and cleared: hold times and hysteresis."""

from __future__ import annotations

import json

from onwatch_contracts.alerts import ClearReason
from onwatch_counting.alerts.latch import Cleared, Latch, Raised
from onwatch_counting.alerts.measures import Reading

MET, BETWEEN, OVER = Reading(5, True, False), Reading(3, False, False), Reading(1, False, True)


def test_without_a_hold_time_it_is_raised_at_once():
    assert Latch().step(1.0, MET, 0.0, 0.0) == Raised(1.0, 5)


def test_a_hold_time_begins_anew_after_a_break():
    latch = Latch()
    given = [(0.0, MET), (1.0, BETWEEN), (2.0, MET), (4.0, MET)]
    assert [latch.step(at_s, reading, 3.0, 0.0) for at_s, reading in given] == [None] * 4
    assert latch.step(5.0, MET, 3.0, 0.0) == Raised(5.0, 5)


def test_it_is_raised_once():
    latch = Latch()
    assert [latch.step(at_s, MET, 0.0, 0.0) is not None for at_s in (0.0, 1.0, 2.0)] == [True, False, False]


def test_it_is_cleared_once_it_was_over_without_a_break():
    latch = Latch()
    latch.step(0.0, MET, 0.0, 2.0)
    given = [(1.0, Reading(9, True, False)), (2.0, OVER), (3.0, BETWEEN), (4.0, OVER), (5.0, OVER)]
    assert [latch.step(at_s, reading, 0.0, 2.0) for at_s, reading in given] == [None] * 5
    assert latch.step(6.0, OVER, 0.0, 2.0) == Cleared(0.0, 6.0, 9, ClearReason.OVER)
    assert latch.step(7.0, MET, 0.0, 2.0) == Raised(7.0, 5), "the next one is another alert"


def test_it_can_be_cleared_for_other_reasons_once():
    latch = Latch()
    assert latch.clear(1.0, ClearReason.RULE_CHANGED) is None
    latch.step(2.0, MET, 0.0, 0.0)
    assert latch.clear(3.0, ClearReason.END_OF_VIDEO) == Cleared(2.0, 3.0, 5, ClearReason.END_OF_VIDEO)
    assert latch.clear(3.0, ClearReason.END_OF_VIDEO) is None


def test_the_state_is_json():
    latch = Latch()
    latch.step(1 / 3, MET, 0.0, 9.0)
    latch.step(2 / 3, OVER, 0.0, 9.0)
    assert Latch.from_json(json.loads(json.dumps(latch.to_json()))) == latch
