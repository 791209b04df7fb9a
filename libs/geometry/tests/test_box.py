from __future__ import annotations

import pytest

from onwatch_geometry import intersection_over_union, middle, size


def test_the_middle_of_a_box_is_half_way_between_its_edges() -> None:
    assert middle((0.2, 0.4, 0.4, 0.8)) == pytest.approx((0.3, 0.6))


def test_the_size_of_a_flat_box_is_not_zero() -> None:
    assert size((0.25, 0.5, 0.75, 0.5)) == (0.5, 1e-6)


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0.0, 0.0, 0.5, 0.5), 1.0), ((0.25, 0.0, 0.75, 0.5), 1 / 3), ((0.5, 0.0, 1.0, 0.5), 0.0)],
    ids=["equal", "half covered", "touching"],
)
def test_intersection_over_union(other: tuple[float, float, float, float], expected: float) -> None:
    assert intersection_over_union((0.0, 0.0, 0.5, 0.5), other) == pytest.approx(expected)
