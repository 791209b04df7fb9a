import numpy as np
import pytest

from onwatch_synthetic import VEHICLE_TYPES
from onwatch_synthetic.geometry import Camera, oblique_camera, top_down_camera
from onwatch_synthetic.painter import Body, Sun, clip_near, paint
from onwatch_synthetic.spec import VehicleType
from onwatch_synthetic.vehicles import make_specimen

SUN = Sun((0.3, 0.4, 0.86), 0.5, 0.6)
CAMERAS = {
    "oblique": oblique_camera((2.0, 0.0, 9.0), 0.5, -0.1, 500.0, (640, 360)),
    "top_down": top_down_camera(40.0, 1.4, 420.0, (640, 360)),
}


@pytest.mark.parametrize("vehicle_type", VEHICLE_TYPES)
@pytest.mark.parametrize("heading", [1, -1])
@pytest.mark.parametrize("name", CAMERAS)
def test_the_extent_is_what_was_painted(vehicle_type: VehicleType, heading: int, name: str) -> None:
    camera: Camera = CAMERAS[name]
    body = Body(make_specimen(vehicle_type, np.random.default_rng(3)).mesh, heading, SUN)
    view = body.view(camera, 0.5, 22.0 if name == "oblique" else 1.0)
    canvas = np.zeros((360, 640, 3), dtype=np.uint8)
    paint(canvas, view)
    rows, columns = np.nonzero(canvas.max(axis=2))
    painted = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    np.testing.assert_allclose(painted, view.extent, atol=2.0)  # smooth edges reach a pixel farther


def test_what_is_behind_the_camera_is_cut_away() -> None:
    kept = clip_near(np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 3.0], [0.0, 1.0, 3.0]]))
    assert len(kept) == 4
    assert kept[:, 2].min() == pytest.approx(0.8)


def test_a_body_wholly_behind_the_camera_has_no_pixels() -> None:
    body = Body(make_specimen("car", np.random.default_rng(1)).mesh, 1, SUN)
    assert len(body.view(CAMERAS["oblique"], 0.0, -60.0).pixels) == 0
