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


@pytest.mark.parametrize("fit", [Letterbox.centred, Letterbox.top_left])
@given(picture=st.builds(Size, SIDES, SIDES), model=st.builds(Size, SIDES, SIDES))
def test_the_place_is_inside_the_input_and_its_corners_map_to_those_of_the_picture(fit, picture, model):
    box = fit(picture, model)
    assert 0 <= box.left <= box.left + box.width <= model.width
    assert 0 <= box.top <= box.top + box.height <= model.height
    place = np.float32([[box.left, box.top, box.left + box.width, box.top + box.height]])
    # The place has whole pixels, the scale is exact: one pixel of the input is the most they can differ by.
    pixel = max(picture.width / model.width, picture.height / model.height)
    np.testing.assert_allclose(box.to_picture(place), [[0, 0, picture.width, picture.height]], rtol=1e-5, atol=pixel)
