import numpy as np
import pytest

from onwatch_synthetic.geometry import oblique_camera, top_down_camera

OBLIQUE = oblique_camera((1.0, 0.0, 9.0), 0.5, 0.1, 500.0, (640, 360))


def test_ground_points_survive_projection_and_back() -> None:
    ground = np.array([[0.0, 12.0], [3.0, 20.0], [-5.0, 33.0]])
    pixels = OBLIQUE.project(np.column_stack([ground, np.zeros(3)]))
    np.testing.assert_allclose(OBLIQUE.ground_at(pixels), ground, atol=1e-6)


def test_what_is_farther_along_the_road_is_higher_in_the_picture() -> None:
    near, far = OBLIQUE.project(np.array([[0.0, 12.0, 0.0], [0.0, 30.0, 0.0]]))
    assert far[1] < near[1]


def test_what_is_higher_above_the_road_is_higher_in_the_picture() -> None:
    low, high = OBLIQUE.project(np.array([[0.0, 15.0, 0.0], [0.0, 15.0, 2.0]]))
    assert high[1] < low[1]


def test_there_is_no_ground_above_the_horizon() -> None:
    level = oblique_camera((0.0, 0.0, 5.0), 0.0, 0.0, 500.0, (640, 360))
    assert np.isnan(level.ground_at(np.array([[320.0, 10.0]]))).all()


def test_a_top_down_camera_looks_at_its_own_foot() -> None:
    camera = top_down_camera(40.0, 0.7, 400.0, (640, 360))
    np.testing.assert_allclose(camera.project(np.zeros((1, 3))), [[320.0, 180.0]], atol=1e-9)


@pytest.mark.parametrize("roll", [0.0, 1.0, 3.0])
def test_top_down_scale_is_focal_length_over_altitude(roll: float) -> None:
    camera = top_down_camera(40.0, roll, 400.0, (640, 360))
    a, b = camera.project(np.array([[0.0, 0.0, 0.0], [0.0, 3.0, 0.0]]))
    assert np.linalg.norm(b - a) == pytest.approx(30.0)
