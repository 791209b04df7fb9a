from dataclasses import replace

import pytest

from onwatch_synthetic import ClipSpec, Scene
from onwatch_synthetic.recording import Recording, Visit, record_scene, sampled_visits
from onwatch_synthetic.truth import TruthBox

SIZE = (400, 400)  # the zone is 100..300 pixels
ROI = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
OUT, IN = 50.0, 200.0


def box(x: float, vehicle_id: int = 1) -> TruthBox:
    """Its bottom centre is (x, 200)."""
    return TruthBox(vehicle_id, "car", x - 10, 160.0, x + 10, 200.0, 1.0)


def recorded(*xs: float, fps: float = 10.0) -> Recording:
    times = tuple(n / fps for n in range(len(xs)))
    return Recording("r", SIZE, ROI, "bottom_center", times, tuple((box(x),) for x in xs), ())


def test_a_visit_is_from_the_first_to_the_last_frame_inside() -> None:
    assert sampled_visits(recorded(OUT, IN, IN, IN, IN, OUT)) == (Visit(1, "car", 0.1, 0.4),)
    assert Visit(1, "car", 0.5, 2.0).dwell_s == 1.5


def test_outside_for_less_than_the_grace_is_one_visit_and_for_longer_two() -> None:
    inside = [IN] * 4
    [one] = sampled_visits(recorded(*inside, *[OUT] * 5, *inside))
    assert (one.entered_s, one.left_s) == (0.0, 1.2)
    assert len(sampled_visits(recorded(*inside, *[OUT] * 6, *inside))) == 2


def test_a_blink_inside_is_no_visit() -> None:
    assert sampled_visits(recorded(OUT, IN, IN, OUT)) == ()


def test_a_vehicle_with_two_visits_counts_once() -> None:
    recording = recorded(*[IN] * 4, *[OUT] * 9, *[IN] * 4)
    assert replace(recording, visits=sampled_visits(recording)).total == 1


def test_the_interval_is_the_longest() -> None:
    assert replace(recorded(IN, IN, IN), timestamps_s=(0.0, 0.04, 0.14)).frame_interval_s == pytest.approx(0.1)


def test_the_border_is_inside() -> None:
    recording = recorded(IN)
    assert recording.inside(box(100.0))
    assert not recording.inside(box(99.9))


@pytest.fixture(scope="module")
def spec() -> ClipSpec:
    return ClipSpec(seed=2, duration_s=6.0, fps=10.0, vehicles_per_minute=40.0)


def test_a_drawn_scene_has_the_truth_that_its_clip_has(spec: ClipSpec) -> None:
    truth = Scene(spec).truth()
    visits = record_scene("s", spec).visits
    assert len(visits) == truth.total_vehicles_count > 0
    assert [(v.vehicle_id, v.entered_s, v.left_s) for v in visits] == [
        (v.vehicle_id, pytest.approx(v.entered_s), pytest.approx(v.left_s)) for v in truth.vehicles
    ]


def test_some_frames_of_a_scene_keep_their_times(spec: ClipSpec) -> None:
    recording = record_scene("s", spec, [5, 6, 9, 20])
    assert recording.timestamps_s == pytest.approx((0.0, 0.1, 0.4, 1.5))
    assert recording.frames[2] == Scene(spec).boxes(9)
