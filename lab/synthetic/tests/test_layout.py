import numpy as np
import pytest

from onwatch_synthetic import ClipSpec, View
from onwatch_synthetic.layout import inside, make_layout

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])


def test_the_border_counts_as_inside() -> None:
    points = np.array([(5.0, 5.0), (0.0, 5.0), (10.0, 10.0), (5.0, 10.0), (10.001, 5.0), (-0.001, 0.0)])
    assert inside(points, SQUARE).tolist() == [True, True, True, True, False, False]


def test_a_dent_is_outside() -> None:
    dented = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 2.0), (0.0, 10.0)])
    assert inside(np.array([(5.0, 8.0), (1.0, 5.0)]), dented).tolist() == [False, True]


@pytest.mark.parametrize("view", ["oblique", "top_down"])
@pytest.mark.parametrize("seed", range(6))
def test_the_zone_is_in_the_picture_and_holds_the_road(view: View, seed: int) -> None:
    layout = make_layout(ClipSpec(seed=seed, view=view), np.random.default_rng(seed))
    roi = np.array(layout.roi)
    assert ((roi > 0) & (roi < 1)).all()
    middle = layout.camera.ground_at((roi.mean(axis=0) * (640, 360))[None])
    assert layout.road_left < middle[0, 0] < layout.road_right


@pytest.mark.parametrize("size", [(640, 480), (360, 640), (320, 180), (1280, 720)])
def test_there_is_a_layout_for_every_usual_picture(size: tuple[int, int]) -> None:
    for seed in range(5):
        spec = ClipSpec(seed=seed, width=size[0], height=size[1])
        assert make_layout(spec, np.random.default_rng(seed)).camera.width == size[0]


def test_lanes_that_were_asked_for_are_not_given_up() -> None:
    with pytest.raises(ValueError, match="no oblique layout"):
        make_layout(ClipSpec(seed=1, width=200, height=640, lanes=4), np.random.default_rng(1))


@pytest.mark.parametrize("lanes", [2, 3, 4])
def test_lanes_run_both_ways(lanes: int) -> None:
    layout = make_layout(ClipSpec(seed=1, lanes=lanes), np.random.default_rng(1))
    assert len(layout.lanes) == lanes
    assert {lane.heading for lane in layout.lanes} == {1, -1}
