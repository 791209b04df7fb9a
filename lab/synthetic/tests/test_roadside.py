import numpy as np

from onwatch_synthetic import roadside
from onwatch_synthetic.geometry import oblique_camera
from onwatch_synthetic.painter import Sun

CAMERA = oblique_camera((0.0, 0.0, 9.0), 0.4, 0.0, 500.0, (640, 360))
SUN = Sun((0.3, 0.4, 0.86), 0.5, 0.6)


def test_props_are_painted_around_their_place() -> None:
    rng = np.random.default_rng(1)
    for prop in (
        roadside.tree(CAMERA, 3.0, 25.0, rng, SUN),
        roadside.bush(CAMERA, 3.0, 25.0, rng, SUN),
        roadside.box(CAMERA, 3.0, 25.0, rng, SUN),
        roadside.sign(CAMERA, 3.0, 25.0, rng, SUN),
    ):
        foot = CAMERA.project(np.array([[3.0, 25.0, 0.5]]))[0]
        points = np.concatenate([polygon for polygon, _, _ in prop.fills])
        assert (points.min(axis=0) - 15 <= foot).all()
        assert (foot <= points.max(axis=0) + 15).all()
