import itertools

import numpy as np
import pytest

from onwatch_synthetic import ClipSpec, Scene, View
from onwatch_synthetic.crossing import best_delay
from onwatch_synthetic.layout import inside
from onwatch_synthetic.truth import anchors_of


@pytest.mark.parametrize("view", ["oblique", "top_down"])
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_steady_vehicles_cross_the_border_midway_between_two_frames(seed: int, view: View) -> None:
    """A third of a frame earlier or later they are still on the same side."""
    scene = Scene(ClipSpec(seed=seed, view=view, duration_s=8.0, width=320, height=180))
    polygon = np.array(scene.default_roi) * (320, 180)
    for vehicle in scene.truth().vehicles:
        points = anchors_of(scene.track(vehicle.vehicle_id).boxes, scene.default_anchor)
        first, last = vehicle.entered_frame, vehicle.left_frame
        for outer, inner in ((first - 1, first), (last + 1, last)):
            if 0 <= outer < scene.frame_count:
                step = points[inner] - points[outer]
                near = np.array([points[outer] + 0.35 * step, points[inner] - 0.35 * step])
                assert inside(near, polygon).tolist() == [False, True]


@pytest.mark.parametrize("view", ["oblique", "top_down"])
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_vehicles_that_were_retimed_still_do_not_touch(seed: int, view: View) -> None:
    scene = Scene(ClipSpec(seed=seed, view=view, duration_s=8.0, width=320, height=180, vehicles_per_minute=100.0))
    for a, b in itertools.combinations(scene.trips(), 2):
        if a.lane == b.lane:
            seen = np.isfinite(a.y) & np.isfinite(b.y)
            room = (a.specimen.length_m + b.specimen.length_m) / 2
            assert (np.abs(a.y - b.y)[seen] > room).all()


@pytest.mark.parametrize("times", [[3.0], [3.02, 17.98], [3.5, 9.0], [4.25, 8.75]])
def test_the_best_delay_leaves_a_quarter_of_a_frame(times: list[float]) -> None:
    delay = best_delay(times)
    assert abs(delay) <= 0.5
    assert min(abs(m + delay - round(m + delay)) for m in times) > 0.23


def test_queueing_vehicles_do_not_cross_on_a_frame_either() -> None:
    scene = Scene(ClipSpec(seed=3, duration_s=12.0, width=320, height=180, stop_line=True, vehicles_per_minute=60.0))
    polygon = np.array(scene.default_roi) * (320, 180)
    for vehicle in scene.truth().vehicles:
        points = anchors_of(scene.track(vehicle.vehicle_id).boxes, scene.default_anchor)
        if vehicle.entered_frame > 0:
            outer, inner = points[vehicle.entered_frame - 1], points[vehicle.entered_frame]
            near = np.array([outer + 0.15 * (inner - outer), inner - 0.15 * (inner - outer)])
            assert inside(near, polygon).tolist() == [False, True]
