import numpy as np
import pytest

from onwatch_synthetic.truth import Track, Truth, truth_of

ROI = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
SIZE = (400, 400)  # the zone is 100..300 pixels


def track(xs: list[float], vehicle_id: int = 1) -> Track:
    """A box 20 pixels wide and 40 high whose bottom centre is (x, 200); NaN is out of sight."""
    middle = np.array(xs)
    boxes = np.stack([middle - 10, np.full_like(middle, 160), middle + 10, np.full_like(middle, 200)], axis=1)
    boxes[np.isnan(middle)] = np.nan
    return Track(vehicle_id, "car", boxes)


def truth(*tracks: Track, frames: int = 20, fps: float = 10.0) -> Truth:
    return truth_of(list(tracks), ROI, "bottom_center", fps, frames, SIZE)


def test_frames_are_the_first_and_the_last_inside() -> None:
    (vehicle,) = truth(track([20.0 * n for n in range(20)])).vehicles
    assert (vehicle.entered_frame, vehicle.left_frame) == (5, 15)
    assert vehicle.dwell_s == pytest.approx(1.0)
    assert (vehicle.exit_reason, vehicle.born_inside) == ("left", False)


def test_the_border_is_inside() -> None:
    (vehicle,) = truth(track([99.9, 100.0, 150.0, 300.0, 300.1])).vehicles
    assert (vehicle.entered_frame, vehicle.left_frame) == (1, 3)


def test_a_blink_inside_does_not_count() -> None:
    assert truth(track([0.0, 150.0, 160.0, 0.0])).total_vehicles_count == 0


def test_exactly_the_shortest_visit_counts() -> None:
    assert truth(track([0.0, 150.0, 160.0, 170.0, 0.0])).total_vehicles_count == 1


def test_inside_from_the_first_frame_is_born_inside() -> None:
    (vehicle,) = truth(track([150.0, 200.0, 250.0, 290.0, 350.0])).vehicles
    assert vehicle.born_inside
    assert vehicle.entered_s == 0.0


def test_inside_in_the_last_frame_ends_with_the_video() -> None:
    (vehicle,) = truth(track([0.0, 150.0, 160.0, 170.0]), frames=4).vehicles
    assert vehicle.exit_reason == "end_of_video"


def test_a_vehicle_never_visible_is_not_counted() -> None:
    assert truth(track([float("nan")] * 6)).vehicles == ()


def test_the_anchor_decides() -> None:
    boxes = np.tile(np.array([190.0, 260.0, 210.0, 320.0]), (6, 1))
    low = [Track(1, "bus", boxes)]
    assert truth_of(low, ROI, "bottom_center", 10.0, 6, SIZE).total_vehicles_count == 0
    assert truth_of(low, ROI, "center", 10.0, 6, SIZE).counts_by_type["bus"] == 1


def test_vehicles_come_in_order_of_entry_and_types_add_up() -> None:
    late, early = track([0.0] * 5 + [150.0] * 8, 1), track([150.0] * 9, 2)
    result = truth(late, early)
    assert [v.vehicle_id for v in result.vehicles] == [2, 1]
    assert sum(result.counts_by_type.values()) == result.total_vehicles_count == 2


def test_json_has_the_documented_keys() -> None:
    content = truth(track([20.0 * n for n in range(20)])).to_json("a.mp4")
    assert content["clip"] == "a.mp4"
    assert content["total"] == content["total_vehicles_count"] == 1
    assert content["counts_by_type"] == {"car": 1, "truck": 0, "bus": 0, "motorcycle": 0}
    assert {"n", "type", "entered_frame", "left_frame", "dwell_s", "exit_reason"} <= set(content["vehicles"][0])
