import numpy as np
import pytest

from onwatch_synthetic.course import Course, straight
from onwatch_synthetic.geometry import top_down_camera
from onwatch_synthetic.stage import Player, Stage, ground_zone, player

ABOVE = top_down_camera(50.0, 0.0, 500.0, (400, 400))  # 10 pixels per metre, y to the top
CAR = (4.0, 2.0, 0.01)  # flat: seen from above it is its ground plan
TIMES = [n / 10 for n in range(60)]


def drives(pace: float, x: float = 0.0, **more) -> Player:
    return Player("car", Course.drive(straight((x, -30.0), (x, 90.0)), [(0.0, pace), (9.0, pace)]), CAR, **more)


def stage(*players: Player, near: float = -5.0, far: float = 5.0) -> Stage:
    corners = [(-9.0, near), (-9.0, far), (9.0, far), (9.0, near)]
    return Stage(ABOVE, ground_zone(ABOVE, corners), players, "center")


def test_a_box_is_where_the_camera_sees_the_vehicle() -> None:
    [box] = stage(drives(10.0)).boxes_at(3.0)  # its middle is at the origin
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((190, 180, 210, 220), abs=0.1)
    assert box.visible_fraction == pytest.approx(1.0, abs=0.1)


def test_a_vehicle_outside_of_the_picture_has_no_box() -> None:
    assert stage(drives(10.0)).boxes_at(0.5) == ()


def test_a_visit_by_its_frames() -> None:
    [visit] = stage(drives(10.0), near=-5.4, far=5.4).record("s", TIMES).visits
    assert (visit.vehicle_id, visit.entered_s, visit.left_s) == (1, pytest.approx(2.5), pytest.approx(3.5))


def test_a_visit_that_no_frame_shows_is_from_border_to_border() -> None:
    [visit] = stage(drives(30.0), near=2.0, far=3.5).record("s", [n / 5 for n in range(20)]).visits
    assert visit.entered_s == pytest.approx(32.0 / 30.0, abs=0.005)
    assert visit.dwell_s == pytest.approx(1.5 / 30.0, abs=0.005)


def test_a_vehicle_never_inside_makes_no_visit() -> None:
    assert stage(drives(10.0, x=12.0)).record("s", TIMES).visits == ()


def test_a_sign_hides_a_vehicle_for_its_time() -> None:
    hidden = stage(drives(10.0, hidden=((2.9, 3.1),)))
    assert [hidden.boxes_at(t)[0].visible_fraction > 0 for t in (2.8, 3.0, 3.2)] == [True, False, True]


def test_the_near_one_is_listed_last() -> None:
    lorry = Player("truck", drives(10.0).course, (8.0, 2.5, 3.5))
    seen = stage(lorry, drives(10.0)).boxes_at(3.0)
    assert [box.vehicle_type for box in seen] == ["car", "truck"]
    assert seen[0].visible_fraction == 0.0


def test_players_have_the_size_of_their_type() -> None:
    course = drives(10.0).course
    assert player("bus", course, 1).size_m > player("car", course, 1).size_m
    assert player("car", course, 1) == player("car", course, 1)


def test_a_zone_is_cut_to_the_picture() -> None:
    zone = ground_zone(ABOVE, [(-90.0, -5.0), (-90.0, 5.0), (90.0, 5.0), (90.0, -5.0)])
    assert zone == ((0.0, 0.625), (0.0, 0.375), (1.0, 0.375), (1.0, 0.625))
    assert np.array(zone).min() >= 0
