"""Stops and parking."""

from __future__ import annotations

import numpy as np
import pytest

from onwatch_counting.vehicles import Span, VehicleRules, parked_spans, stops_of, within

RULES = VehicleRules()
SIZE = 0.1


def stops(*speeds: float, fps: float = 25.0, jitter: float = 0.0) -> list[Span]:
    """Of a vehicle with these speeds, each for 4 s, in boxes per second."""
    each = round(4 * fps)
    x = np.cumsum(np.repeat(speeds, each)) / fps * SIZE
    noise = np.random.default_rng(1).normal(0, jitter * SIZE, (len(x), 4))
    boxes = np.stack([x, np.full(len(x), 0.4), x + SIZE, np.full(len(x), 0.5)], axis=1) + noise
    return stops_of(np.arange(len(x)) / fps, boxes, RULES)


@pytest.mark.parametrize("fps", [2, 5, 25])
@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_a_stop_is_found_whatever_the_frame_rate_and_the_jitter(fps: float, jitter: float) -> None:
    [(since_s, until_s)] = stops(1.0, 0.0, 0.0, 1.0, fps=fps, jitter=jitter)
    assert since_s == pytest.approx(4.0, abs=0.6)
    assert until_s == pytest.approx(12.0, abs=0.6)


def test_a_vehicle_that_drives_slowly_in_the_picture_does_not_stand() -> None:
    assert stops(0.12, 0.1, 0.15, jitter=0.02) == []


def test_one_that_never_moves_stands_from_its_first_to_its_last_detection() -> None:
    assert stops(0.0, 0.0, jitter=0.02) == [(0.0, 199 / 25)]


def test_a_short_move_in_a_queue_separates_two_stops() -> None:
    assert len(stops(0.0, 0.5, 0.0)) == 2


def test_one_that_is_seen_for_less_than_two_seconds_has_no_stop() -> None:
    times = np.arange(40) / 25
    assert stops_of(times, np.tile([0.1, 0.1, 0.2, 0.2], (40, 1)), RULES) == []


def test_the_part_of_a_stop_within_a_visit() -> None:
    assert within([(1.0, 3.0), (5.0, 9.0)], 2.0, 5.0) == ((2.0, 3.0),)


def test_parked_is_from_before_the_video_to_the_end_or_longer_than_any_queue() -> None:
    assert parked_spans([(0.0, 20.0)], 0.0, 20.0, RULES) == [(0.0, 20.0)]
    assert parked_spans([(0.0, 20.0)], 0.0, 25.0, RULES) == []  # it drove away
    assert parked_spans([(9.0, 20.0)], 9.0, 20.0, RULES) == []  # it came later
    assert parked_spans([(9.0, 20.0), (30.0, 331.0)], 0.0, 400.0, RULES) == [(30.0, 331.0)]
