import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_detector.detect.engines.tensors.letterbox import PADDING_GREY, Letterbox, Size

SIDES = st.integers(1, 2000)


def test_a_wide_picture_is_centred_with_grey_above_and_below():
    box = Letterbox.centred(Size(640, 352), Size(640, 640))
    assert (box.left, box.top, box.width, box.height) == (0, 144, 640, 352)


def test_an_odd_pixel_of_padding_goes_below():
    box = Letterbox.centred(Size(4, 3), Size(4, 4))
    assert (box.top, box.height) == (0, 3)


def test_the_top_left_fit_pads_to_the_right_and_below():
    box = Letterbox.top_left(Size(352, 640), Size(416, 416))
    assert (box.left, box.top, box.width, box.height) == (0, 0, 228, 416)


def test_painting_fills_the_place_and_keeps_the_padding_grey():
    picture = np.full((1, 2, 3), (10, 20, 30), np.uint8)
    box = Letterbox.centred(Size(2, 1), Size(8, 8))
    canvas = box.canvas()
    box.paint(picture, canvas)
    assert (canvas[2:6] == (10, 20, 30)).all()
    assert (canvas[:2] == PADDING_GREY).all()
    assert (canvas[6:] == PADDING_GREY).all()


def test_boxes_are_mapped_back_and_clipped_to_the_picture():
    box = Letterbox.centred(Size(200, 100), Size(100, 100))
    assert box.to_picture(np.float32([[-5, 30, 50, 90]])).tolist() == [[0, 10, 100, 100]]


@pytest.mark.parametrize("fit", [Letterbox.centred, Letterbox.top_left, Letterbox.stretched])
@given(picture=st.builds(Size, SIDES, SIDES), model=st.builds(Size, SIDES, SIDES))
def test_the_place_is_inside_the_input_and_its_corners_map_to_those_of_the_picture(fit, picture, model):
    box = fit(picture, model)
    assert 0 <= box.left <= box.left + box.width <= model.width
    assert 0 <= box.top <= box.top + box.height <= model.height
    place = np.float32([[box.left, box.top, box.left + box.width, box.top + box.height]])
    # The place has whole pixels, the scale is exact: one pixel of the input is the most they can differ by.
    pixel = max(picture.width / model.width, picture.height / model.height)
    np.testing.assert_allclose(box.to_picture(place), [[0, 0, picture.width, picture.height]], rtol=1e-5, atol=pixel)


def test_a_stretched_picture_fills_the_input_and_each_side_is_mapped_back_by_its_own_scale():
    box = Letterbox.stretched(Size(200, 100), Size(100, 100))
    canvas = box.canvas()
    box.paint(np.full((100, 200, 3), 7, np.uint8), canvas)
    assert (canvas == 7).all()
    assert box.to_picture(np.float32([[10, 10, 60, 90]])).tolist() == [[20, 10, 120, 90]]


def test_a_stretched_picture_is_averaged_where_it_shrinks():
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::4] = 200
    box = Letterbox.stretched(Size(8, 8), Size(2, 2))
    canvas = box.canvas()
    box.paint(stripes, canvas)
    assert canvas.tolist() == [[[50] * 3] * 2] * 2
