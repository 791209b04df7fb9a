from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.values import ExitReason
from onwatch_counting.tables import Balance, balance

EXAMPLES = settings(max_examples=100)

ROWS = st.lists(st.tuples(st.sampled_from(["car", "bus", "tram"]), st.sampled_from(ExitReason)))


def test_each_end_has_its_place() -> None:
    rows = [("car", ExitReason.LEFT), ("car", ExitReason.END_OF_VIDEO), ("bus", ExitReason.TRACK_LOST)]

    assert balance(rows) == Balance({"car": 2, "bus": 1}, {"car": 1}, {"car": 1}, {"bus": 1})


@EXAMPLES
@given(ROWS)
def test_it_adds_up_for_any_rows(rows: list[tuple[str, ExitReason]]) -> None:
    assert balance(rows).is_balanced


def test_a_missing_row_is_noticed() -> None:
    assert not Balance(entries={"car": 2}, exits={"car": 1}).is_balanced
    assert not Balance(entries={"car": 1}, exits={"bus": 1}).is_balanced
