from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from onwatch_aggregator.counting.visits import vehicle
from onwatch_aggregator.runs import final_rows
from onwatch_contracts.http import Vehicle


class FakeRows:
    """The rows of a live store, with the number of each portion."""

    def __init__(self, rows: Sequence[Vehicle]) -> None:
        self.by_visit = {f"{row.vehicle_id}:1:roi": row for row in rows}
        self.portions: list[int] = []

    async def visits(self, video_id: str, run_id: str) -> Sequence[str]:
        assert (video_id, run_id) == ("video", "run-1")
        return list(self.by_visit)

    async def rows(self, video_id: str, run_id: str, visits: Sequence[str]) -> tuple[Vehicle, ...]:
        assert (video_id, run_id) == ("video", "run-1")
        self.portions.append(len(visits))
        return tuple(self.by_visit[visit] for visit in visits)


async def test_all_rows_are_read_some_at_a_time(make: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(final_rows, "ROWS_AT_ONCE", 2)
    rows = [vehicle(make.entered(n, 0.5), make.left(n, 0.5, n)) for n in range(1, 6)]
    live = FakeRows(rows)
    assert list(await final_rows.final_rows(live, "video", "run-1")) == rows
    assert live.portions == [2, 2, 1]


async def test_a_run_without_visits_has_no_rows():
    assert list(await final_rows.final_rows(FakeRows([]), "video", "run-1")) == []
