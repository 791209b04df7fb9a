import itertools

import numpy as np
import pytest

from onwatch_synthetic import ClipSpec
from onwatch_synthetic.layout import make_layout
from onwatch_synthetic.traffic import Trip, make_trips


def trips_of(spec: ClipSpec) -> list[Trip]:
    """The trips, out of the scene replaced by NaN."""
    rng = np.random.default_rng(spec.seed)
    layout = make_layout(spec, rng)
    trips = make_trips(spec, layout, rng)
    for trip in trips:
        trip.y[(trip.y < layout.y_min) | (trip.y > layout.y_max)] = np.nan
    return trips


@pytest.mark.parametrize("stop_line", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_vehicles_never_touch_on_the_road(seed: int, stop_line: bool) -> None:
    trips = trips_of(ClipSpec(seed=seed, vehicles_per_minute=100.0, stop_line=stop_line))
    for a, b in itertools.combinations(trips, 2):
        room = (a.specimen.length_m + b.specimen.length_m) / 2
        apart_along = ~(np.abs(a.y - b.y) <= room)
        apart_across = np.abs(a.x - b.x) > (a.specimen.width_m + b.specimen.width_m) / 2
        assert (apart_along | apart_across).all()


def test_nobody_drives_backwards() -> None:
    for trip in trips_of(ClipSpec(seed=4, vehicles_per_minute=80.0, stop_line=True)):
        assert not (np.diff(trip.y) * trip.lane.heading < -1e-9).any()


def test_a_red_light_makes_a_queue() -> None:
    spec = ClipSpec(seed=2, vehicles_per_minute=80.0, stop_line=True)
    standing = [trip for trip in trips_of(spec) if (np.abs(np.diff(trip.y)) * spec.fps < 0.1).any()]
    assert standing


def test_more_vehicles_per_minute_are_more_vehicles() -> None:
    few, many = (len(trips_of(ClipSpec(seed=3, vehicles_per_minute=rate))) for rate in (10.0, 60.0))
    assert few < many
