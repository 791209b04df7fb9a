import numpy as np
import pytest

from onwatch_synthetic.course import Course, straight, u_turn


def test_it_drives_as_far_as_its_speed_takes_it() -> None:
    course = Course.drive(straight((2.0, 0.0), (2.0, 100.0)), [(1.0, 10.0), (3.0, 10.0), (5.0, 0.0)])
    assert course.at(1.0) == pytest.approx((2.0, 0.0, np.pi / 2))
    assert course.at(3.0) == pytest.approx((2.0, 20.0, np.pi / 2))
    assert course.at(5.0) == pytest.approx((2.0, 30.0, np.pi / 2), abs=0.01)


def test_it_is_not_there_before_and_after() -> None:
    course = Course.drive(straight((0.0, 0.0), (0.0, 50.0)), [(1.0, 10.0), (3.0, 10.0)])
    assert course.at(0.99) is None
    assert course.at(3.1) is None


def test_it_stops_where_the_way_ends() -> None:
    course = Course.drive(straight((0.0, 0.0), (0.0, 5.0)), [(0.0, 10.0), (2.0, 10.0)])
    x, y, _ = course.at(2.0) or (0.0, 0.0, 0.0)
    assert (x, y) == (0.0, 5.0)


def test_a_standing_vehicle_keeps_its_heading() -> None:
    course = Course.drive(straight((0.0, 10.0), (30.0, 10.0)), [(0.0, 0.0), (9.0, 0.0)])
    assert course.at(4.0) == pytest.approx((0.0, 10.0, 0.0))


@pytest.mark.parametrize("onward", [1.0, -1.0])
def test_a_u_turn_comes_back_beside_itself_the_other_way(onward: float) -> None:
    way = u_turn((1.0, 0.0), onward * 20.0, 3.0)
    course = Course.drive(way, [(0.0, 10.0), (9.0, 10.0)])
    assert max(abs(y) for _, y in way) == pytest.approx(23.0)
    (x0, _, out), (x1, _, back) = course.at(1.0) or (0, 0, 0), course.at(4.5) or (0, 0, 0)
    assert (x0, x1) == pytest.approx((1.0, 7.0))
    assert np.sin(out) == pytest.approx(onward)
    assert np.sin(back) == pytest.approx(-onward)
