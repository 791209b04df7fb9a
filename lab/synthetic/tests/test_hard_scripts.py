import pytest

from onwatch_synthetic.detecting import LEAST_VISIBLE, PERFECT, detect
from onwatch_synthetic.hard_cases import even_times
from onwatch_synthetic.hard_scripts import (
    brakes_hidden,
    comes_back,
    merge,
    notched_zone,
    parked,
    thin_zone,
    truck_hides,
    truck_hides_waiting,
    turns_round,
    waits_on_border,
)
from onwatch_synthetic.recording import Recording, sightings


def recorded(script, duration_s: float, fps: float = 10.0, seed: int = 1) -> Recording:
    return script(seed).record("s", even_times(fps, duration_s))


def longest_hidden_s(recording: Recording, vehicle_id: int) -> float:
    """The longest time inside the zone without enough of it to be seen."""
    times, boxes = sightings(recording)[vehicle_id]
    hidden, longest = 0, 0
    for box in boxes:
        hidden = hidden + 1 if recording.inside(box) and box.visible_fraction < LEAST_VISIBLE else 0
        longest = max(longest, hidden)
    return longest * float(times[1] - times[0])


def test_a_truck_hides_a_moving_car_for_less_than_a_tracker_waits() -> None:
    assert 0.2 <= longest_hidden_s(recorded(truck_hides, 8.0), 1) < 1.0


def test_a_truck_hides_a_waiting_car_for_longer_than_a_tracker_waits() -> None:
    assert longest_hidden_s(recorded(truck_hides_waiting, 12.0, seed=2), 1) > 1.0


def test_two_cars_are_one_box_for_a_while() -> None:
    recording = recorded(merge, 9.0)
    counts = [len(seen) for seen in detect(recording, PERFECT, 0)]
    assert 1 in counts[counts.index(2) : len(counts) - counts[::-1].index(2)]


def test_a_u_turn_leaves_where_it_came_from() -> None:
    recording = recorded(turns_round, 14.0)
    inside = [box for box in sightings(recording)[1][1] if recording.inside(box)]
    assert abs(inside[0].bottom - inside[-1].bottom) < 25 < inside[len(inside) // 2].bottom - inside[0].bottom


def test_no_frame_shows_most_of_the_fast_vehicles_in_the_thin_zone() -> None:
    recording = recorded(thin_zone, 9.0, fps=5.0)
    assert recording.total == 3
    assert max(visit.dwell_s for visit in recording.visits) < 0.2


def test_one_waits_on_the_border_and_flickers_over_it() -> None:
    recording = recorded(waits_on_border, 13.0, fps=25.0)
    times, boxes = sightings(recording)[1]
    states = [recording.inside(box) for time_s, box in zip(times, boxes, strict=True) if 6.5 < time_s < 9.0]
    assert 10 < sum(states) < len(states) - 10
    assert sum(visit.vehicle_id == 1 for visit in recording.visits) == 1


def test_one_brakes_behind_a_sign() -> None:
    assert 0.5 <= longest_hidden_s(recorded(brakes_hidden, 9.0), 1) < 1.0


def test_parked_vehicles_are_there_from_the_first_frame() -> None:
    recording = recorded(parked, 14.0)
    assert sum(visit.entered_s == 0.0 for visit in recording.visits) == 2
    assert recording.visits[0].left_s == recording.timestamps_s[-1]


@pytest.mark.parametrize(("script", "duration_s"), [(notched_zone, 11.0), (comes_back, 16.0)])
def test_one_vehicle_makes_two_visits(script, duration_s: float) -> None:
    recording = recorded(script, duration_s)
    assert sum(visit.vehicle_id == 1 for visit in recording.visits) == 2
    assert recording.total == 2
