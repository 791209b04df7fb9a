from dataclasses import replace

import numpy as np
import pytest

from onwatch_synthetic import ClipSpec, Lighting, Scene, View

SMALL = ClipSpec(seed=11, duration_s=4.0, width=320, height=180, vehicles_per_minute=60.0)


def test_the_same_spec_gives_the_same_frames_and_truth() -> None:
    one, other = Scene(SMALL), Scene(SMALL)
    assert one.truth() == other.truth()
    for number in (0, 57):
        np.testing.assert_array_equal(one.frame(number), other.frame(number))


def test_frames_can_be_asked_for_in_any_order() -> None:
    scene = Scene(replace(SMALL, duration_s=1.0, rain=True))
    late = scene.frame(20)
    np.testing.assert_array_equal(list(scene.frames())[20], late)


def test_another_seed_gives_another_scene() -> None:
    assert (Scene(SMALL).frame(0) != Scene(replace(SMALL, seed=12)).frame(0)).any()


@pytest.mark.parametrize("view", ["oblique", "top_down"])
@pytest.mark.parametrize("lighting", ["day", "dusk", "night"])
def test_frames_have_the_promised_form(view: View, lighting: Lighting) -> None:
    frame = Scene(replace(SMALL, duration_s=0.2, view=view, lighting=lighting)).frame(0)
    assert frame.shape == (180, 320, 3)
    assert frame.dtype == np.uint8


def test_night_is_darker_than_dusk_and_dusk_than_day() -> None:
    levels = [Scene(replace(SMALL, duration_s=0.2, lighting=hour)).frame(0).mean() for hour in ("day", "dusk", "night")]
    assert levels[0] > levels[1] > levels[2]


@pytest.mark.parametrize("view", ["oblique", "top_down"])
def test_boxes_are_in_the_picture(view: View) -> None:
    scene = Scene(replace(SMALL, view=view))
    for number in range(0, scene.frame_count, 7):
        for box in scene.boxes(number):
            assert 0 <= box.left < box.right <= 320
            assert 0 <= box.top < box.bottom <= 180
            assert 0 <= box.visible_fraction <= 1


@pytest.mark.parametrize("seed", range(4))
def test_every_counted_vehicle_is_seen_in_the_zone(seed: int) -> None:
    scene = Scene(replace(SMALL, seed=seed, duration_s=6.0))
    for vehicle in scene.truth().vehicles:
        for number in range(vehicle.entered_frame, vehicle.left_frame, 4):
            (box,) = [b for b in scene.boxes(number) if b.vehicle_id == vehicle.vehicle_id]
            assert box.visible_fraction > scene.spec.min_visible_fraction - 0.1


def test_truth_of_the_whole_picture_counts_at_least_the_zone() -> None:
    scene = Scene(SMALL)
    whole = scene.truth(((0, 0), (1, 0), (1, 1), (0, 1)))
    assert whole.total_vehicles_count >= scene.truth().total_vehicles_count > 0


def test_frames_outside_the_clip_are_refused() -> None:
    scene = Scene(replace(SMALL, duration_s=0.2))
    with pytest.raises(IndexError, match="frame 5 of a clip with 5 frames"):
        scene.frame(5)


def test_changed_pixels_lie_in_boxes_or_shadows_of_moving_vehicles() -> None:
    """An empty road stands still but for the noise: nothing else moves."""
    scene = Scene(replace(SMALL, noise_sigma=0.0, type_weights=(1, 0, 0, 0), vehicles_per_minute=0.001, clear=False))
    np.testing.assert_array_equal(scene.frame(0), scene.frame(50))
