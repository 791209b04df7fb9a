"""Stops and parking."""

from __future__ import annotations

from onwatch_counting.vehicles import Span, VehicleRules, add_rest, parked_spans, within

RULES = VehicleRules()


def stops(*rests: Span) -> list[Span]:
    spans: list[Span] = []
    for since_s, until_s in rests:
        add_rest(spans, since_s, until_s, RULES)
    return spans


def test_a_rest_shorter_than_a_second_is_no_stop() -> None:
    assert stops((1.0, 1.9), (3.0, 4.0)) == [(3.0, 4.0)]


def test_stops_with_less_than_a_second_between_them_are_one() -> None:
    assert stops((1.0, 3.0), (3.9, 6.0), (7.0, 9.0)) == [(1.0, 6.0), (7.0, 9.0)]


def test_the_part_of_a_stop_within_a_visit() -> None:
    assert within([(1.0, 3.0), (5.0, 9.0)], 2.0, 5.0) == ((2.0, 3.0),)


def test_parked_is_from_before_the_video_to_the_end_or_longer_than_any_queue() -> None:
    assert parked_spans([(0.0, 20.0)], 0.0, 20.0, RULES) == [(0.0, 20.0)]
    assert parked_spans([(0.0, 20.0)], 0.0, 25.0, RULES) == []  # it drove away
    assert parked_spans([(9.0, 20.0)], 9.0, 20.0, RULES) == []  # it came later
    assert parked_spans([(9.0, 20.0), (30.0, 331.0)], 0.0, 400.0, RULES) == [(30.0, 331.0)]
