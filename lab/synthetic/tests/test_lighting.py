import numpy as np

from onwatch_synthetic import ClipSpec
from onwatch_synthetic.layout import make_layout
from onwatch_synthetic.lighting import Lights, make_sun
from onwatch_synthetic.painter import Body, BodyView
from onwatch_synthetic.vehicles import make_specimen


def lights_and_bus(spec: ClipSpec) -> tuple[Lights, BodyView]:
    rng = np.random.default_rng(3)
    layout, sun = make_layout(spec, rng), make_sun(spec, rng)
    view = Body(make_specimen("bus", rng).mesh, 1, sun).view(layout.camera, 0.0, 30.0)
    return Lights(spec, layout, sun, rng), view


def grey() -> np.ndarray:
    return np.full((360, 640, 3), 120, dtype=np.uint8)


def test_a_vehicle_takes_light_from_the_road() -> None:
    lights, bus = lights_and_bus(ClipSpec(seed=3))
    frame = grey()
    lights.shade(frame, [bus])
    assert frame.min() < 100
    assert frame.max() == 120


def test_a_dry_day_changes_nothing() -> None:
    lights, bus = lights_and_bus(ClipSpec(seed=3))
    np.testing.assert_array_equal(lights.apply(grey(), [bus]), grey())


def test_headlights_make_the_night_brighter() -> None:
    lights, bus = lights_and_bus(ClipSpec(seed=3, lighting="night"))
    alone, lit = lights.apply(grey(), []), lights.apply(grey(), [bus])
    assert alone.mean() < 100
    assert lit.astype(int).sum() > alone.astype(int).sum()
