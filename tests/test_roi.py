from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch.roi import parse_roi


def test_points_are_pairs_of_fractions() -> None:
    assert parse_roi("0.1,0.2 0.3,0.4  1,0") == ((0.1, 0.2), (0.3, 0.4), (1.0, 0.0))


@pytest.mark.parametrize(
    ("text", "said"), [("0.1,0.2 0.3", 'point 2 is "0.3"'), ("a,b", 'point 1 is "a,b"'), ("1,2,3", '"1,2,3"')]
)
def test_a_word_that_is_no_point_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_roi(text)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=10))
def test_what_was_written_is_read(points: list[tuple[float, float]]) -> None:
    assert parse_roi(" ".join(f"{x!r},{y!r}" for x, y in points)) == tuple(points)
