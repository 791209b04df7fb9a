"""What each kind of condition measures, moment by moment."""

from __future__ import annotations

from typing import Any

import pytest

from onwatch_contracts.alerts import (
    AlertCondition,
    CountCondition,
    NothingSeenCondition,
    QueueCondition,
    StayCondition,
    WrongDirectionCondition,
)
from onwatch_counting.alerts.measures import Measure, Reading, measure_of
from onwatch_counting.alerts.scene import Entry, GatePassed, Presence, Scene

MAX_GAP_S = 2.0


def measure(condition: AlertCondition) -> Measure:
    return measure_of(condition, MAX_GAP_S)


def entries(at_s: float, *kinds: str, zone_id: str = "z") -> Scene:
    return Scene(at_s, entries=tuple(Entry(zone_id, kind) for kind in kinds))


def passed(at_s: float, direction: Any, kind: str = "car") -> Scene:
    return Scene(at_s, passed=(GatePassed("g", direction, kind),))


def there(at_s: float, *present: Presence) -> Scene:
    return Scene(at_s, in_zones={"z": present})


def test_a_count_is_of_the_window():
    count = measure(CountCondition(zone_id="z", more_than=2, window_s=10))
    assert count.read(entries(0.0, "car", "car")) == Reading(2, False, True)
    assert count.read(entries(5.0, "car")) == Reading(3, True, False)
    assert count.read(entries(10.0)) == Reading(1, False, True), "what entered 10 s ago is out"


def test_a_count_is_of_one_place_and_of_the_types_asked_for():
    count = measure(CountCondition(zone_id="z", more_than=0, window_s=10, vehicle_types=("truck",)))
    assert count.read(entries(0.0, "car")).value == 0
    assert count.read(entries(1.0, "truck", zone_id="other")).value == 0
    assert count.read(entries(2.0, "truck")) == Reading(1, True, False)


@pytest.mark.parametrize(("direction", "values"), [(None, [1, 2]), ("forward", [1, 1]), ("backward", [0, 1])])
def test_a_count_at_a_gate_is_of_a_direction_or_of_both(direction: Any, values: list[int]):
    count = measure(CountCondition(gate_id="g", direction=direction, more_than=0, window_s=10))
    assert [count.read(passed(0.0, "forward")).value, count.read(passed(1.0, "backward")).value] == values


def test_between_the_two_limits_of_a_count_nothing_changes():
    count = measure(CountCondition(zone_id="z", more_than=3, clear_at_most=1, window_s=10))
    assert count.read(entries(0.0, "car", "car")) == Reading(2, False, False)


def test_the_longest_stay_counts_standing_or_not():
    still, driving = Presence("car", 0.0, 4.0), Presence("car", 1.0, None)
    standing = measure(StayCondition(zone_id="z", more_than_s=5))
    staying = measure(StayCondition(zone_id="z", more_than_s=5, is_standing=False))
    assert standing.read(there(9.0, still, driving)) == Reading(5.0, False, True), "more than, not as long as"
    assert standing.read(there(9.5, still, driving)) == Reading(5.5, True, False)
    assert staying.read(there(9.0, still, driving)).value == 9.0
    assert standing.read(there(10.0)) == Reading(0.0, False, True)


def test_a_queue_is_of_those_that_stand():
    still, driving = Presence("car", 0.0, 4.0), Presence("bus", 1.0, None)
    queue = measure(QueueCondition(zone_id="z", at_least=2))
    assert queue.read(there(9.0, still, driving)) == Reading(1, False, True)
    assert queue.read(there(9.0, still, still)) == Reading(2, True, False)
    everybody = measure(QueueCondition(zone_id="z", at_least=2, is_standing=False))
    assert everybody.read(there(9.0, still, driving)).is_met
    buses = measure(QueueCondition(zone_id="z", at_least=1, is_standing=False, vehicle_types=("bus",)))
    assert buses.read(there(9.0, still, driving)).value == 1


def test_only_the_wrong_direction_counts():
    wrong = measure(WrongDirectionCondition(gate_id="g", direction="backward"))
    assert wrong.read(passed(0.0, "forward")) == Reading(0, False, True)
    assert wrong.read(passed(1.0, "backward")) == Reading(1, True, False)
    assert wrong.read(passed(2.0, "backward")).value == 2
    wrong.reset()
    assert wrong.read(passed(3.0, "backward")).value == 1, "each alert counts its own"


def test_nothing_seen_is_of_analysed_time():
    nothing = measure(NothingSeenCondition(for_s=3))
    assert [nothing.read(Scene(at_s)).value for at_s in (0.0, 1.0, 2.0)] == [0.0, 1.0, 2.0]
    assert nothing.read(Scene(60.0)).value == 2.0, "between 2 and 60 s nobody looked"
    assert nothing.read(Scene(61.0)) == Reading(3.0, True, False)
    assert nothing.read(Scene(62.0, seen_types=("car",))) == Reading(0.0, False, True)


def test_nothing_seen_in_a_zone():
    nothing = measure(NothingSeenCondition(zone_id="z", for_s=1, vehicle_types=("car",)))
    assert nothing.read(there(0.0)).value == 0.0
    assert nothing.read(Scene(1.0, seen_types=("car",))).value == 1.0, "it is somewhere else"
    assert nothing.read(entries(2.0, "car")).value == 0.0, "it rushed through"
    assert nothing.read(there(3.0, Presence("bus", 3.0, None))).value == 1.0
    assert nothing.read(there(4.0, Presence("car", 4.0, None))).value == 0.0
