import numpy as np

from onwatch_synthetic import ClipSpec
from onwatch_synthetic.layout import make_layout
from onwatch_synthetic.textures import Noise, paint_mask


def plane(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float32)


def test_noise_repeats_after_its_cell() -> None:
    noise = Noise(np.random.default_rng(1))
    a, b = (noise.at(plane(0.4 + shift), plane(1.7), 8.0, 1) for shift in (0.0, 8.0))
    np.testing.assert_allclose(a, b, atol=1e-3)


def test_edge_lines_are_painted_and_lanes_are_not() -> None:
    layout = make_layout(ClipSpec(seed=1, lanes=2), np.random.default_rng(1))
    xs = plane(layout.road_left + 0.45, layout.lanes[0].x, layout.road_right - 0.45)
    mask = paint_mask(xs, np.zeros_like(xs), layout, np.full_like(xs, 0.02), stop_line=False)
    np.testing.assert_allclose(mask, [[1.0, 0.0, 1.0]])
