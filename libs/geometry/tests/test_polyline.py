from __future__ import annotations

import pytest

from onwatch_geometry import Point, polyline_flaw


@pytest.mark.parametrize(
    "points",
    [
        [(0.1, 0.5), (0.9, 0.5)],
        [(0.1, 0.1), (0.5, 0.9), (0.9, 0.1)],
        [(0.1, 0.5), (0.3, 0.5), (0.9, 0.5)],
        [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.2, 0.9), (0.2, 0.3)],
    ],
)
def test_a_simple_line_has_no_flaw(points: list[Point]) -> None:
    assert polyline_flaw(points) is None


@pytest.mark.parametrize(
    ("points", "flaw"),
    [
        ([(0.5, 0.5), (0.5, 0.5)], "its length is zero"),
        ([(0.5, 0.5), (0.50001, 0.5)], "its length is 1.0e-05 of the picture, less than a pixel"),
        ([(0.1, 0.1), (0.5, 0.5), (0.1, 0.1)], "points 1 and 3 are the same"),
        (
            [(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)],
            "the part from point 1 to point 2 crosses or touches the part from point 3 to point 4",
        ),
        (
            [(0.1, 0.5), (0.9, 0.5), (0.5, 0.5)],
            "the part from point 2 to point 3 runs back over the part from point 1 to point 2",
        ),
    ],
)
def test_the_flaw_of_a_line_is_said(points: list[Point], flaw: str) -> None:
    assert polyline_flaw(points) == flaw
