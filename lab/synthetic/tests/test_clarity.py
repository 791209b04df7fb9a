import numpy as np

from onwatch_synthetic import ClipSpec
from onwatch_synthetic.clarity import is_clear
from onwatch_synthetic.layout import make_layout
from onwatch_synthetic.truth import Track

SPEC = ClipSpec(seed=1, view="top_down", duration_s=4.0)
LAYOUT = make_layout(SPEC, np.random.default_rng(1))
MIDDLE = np.array(LAYOUT.roi).mean(axis=0) * (640, 360)


def track_through(first: int, last: int) -> Track:
    """In the zone's middle from frame `first` to `last`, out of sight otherwise."""
    boxes = np.full((SPEC.frame_count, 4), np.nan)
    boxes[first : last + 1] = np.concatenate([MIDDLE - 10, MIDDLE + 10])
    return Track(1, "car", boxes)


def clear(track: Track, visible: float = 1.0) -> bool:
    return is_clear(track, np.full(SPEC.frame_count, visible), SPEC, LAYOUT)


def test_an_ordinary_visit_is_clear() -> None:
    assert clear(track_through(20, 60))


def test_a_very_short_visit_is_ambiguous() -> None:
    assert not clear(track_through(20, 25))


def test_leaving_right_before_the_end_is_ambiguous() -> None:
    assert not clear(track_through(20, SPEC.frame_count - 4))


def test_staying_to_the_end_is_clear() -> None:
    assert clear(track_through(20, SPEC.frame_count - 1))


def test_a_hidden_vehicle_is_ambiguous() -> None:
    assert not clear(track_through(20, 60), visible=0.3)
