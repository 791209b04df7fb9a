from __future__ import annotations

from typing import Any

import pytest

from onwatch_testkit.slow import some_of


def kept(cases: list[Any]) -> list[Any]:
    return [case for case in cases if not hasattr(case, "marks") or pytest.mark.slow.mark not in _marks(case)]


def _marks(case: Any) -> list[Any]:
    return [mark.mark for mark in case.marks]


def test_the_kept_cases_are_spread_from_the_first_to_the_last() -> None:
    assert kept(some_of(range(50), kept=5)) == [0, 12, 24, 37, 49]


def test_no_case_is_lost_and_the_order_stays() -> None:
    cases = some_of(range(7), kept=2)
    assert [case.values[0] if hasattr(case, "marks") else case for case in cases] == list(range(7))


def test_more_kept_than_there_are_keeps_all() -> None:
    assert kept(some_of("ab", kept=5)) == ["a", "b"]


def test_a_case_keeps_its_id_and_its_marks() -> None:
    cases = [pytest.param(at, id=f"case-{at}", marks=pytest.mark.connected) for at in range(3)]
    _, middle, _ = some_of(cases, kept=2)
    assert (middle.id, middle.values) == ("case-1", (1,))
    assert {mark.name for mark in _marks(middle)} == {"connected", "slow"}


def test_fewer_than_two_are_refused() -> None:
    with pytest.raises(ValueError, match="first and the last"):
        some_of(range(3), kept=1)
