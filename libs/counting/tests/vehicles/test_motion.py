"""Motion of a vehicle, one by one and all at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.vehicles import Motion
from onwatch_geometry import Box, middle

edges = st.integers(0, 64).map(lambda n: n / 64)
boxes = st.tuples(edges, edges, edges, edges).map(
    lambda e: (min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 3), boxes), min_size=1, max_size=30))
def test_many_sightings_at_once_are_as_one_by_one(given_boxes: list[tuple[int, Box]]) -> None:
    at_s, sightings = 0.0, []
    for steps, box in given_boxes:
        at_s += steps / 25
        sightings.append((at_s, box))
    (first_s, first), rest = sightings[0], sightings[1:]
    one, many = (Motion(1, first_s, first, middle(first), first_s) for _ in range(2))
    for seen_s, box in rest:
        one.see(seen_s, 1, box)
    many.see_all(rest)
    assert many == one
