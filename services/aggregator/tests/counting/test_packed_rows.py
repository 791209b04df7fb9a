from __future__ import annotations

from typing import Any

from onwatch_aggregator.counting.packed_rows import PackedRows
from onwatch_aggregator.counting.visits import vehicle


def test_rows_come_back_as_they_were_each_time(make: Any):
    closed = [vehicle(make.entered(n, n / 7), make.left(n, n / 7, n / 7 + 0.1)) for n in range(1, 6)]
    still_open = vehicle(make.entered(6, 0.1 + 0.2, zone_id="Straße", born_inside=True), None)
    packed = PackedRows()
    packed.add(closed[:3])
    packed.add([*closed[3:], still_open])
    assert list(packed) == list(packed) == [*closed, still_open]


def test_no_rows_are_none():
    assert list(PackedRows()) == []
