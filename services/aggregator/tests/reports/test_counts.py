from __future__ import annotations

from typing import Any

import pytest

from onwatch_aggregator.recounts.store import StoredResults
from onwatch_aggregator.reports.counts import Division, InvalidDimensions, counts_table
from onwatch_contracts.tables import CountsTable
from onwatch_counting.tables import TypeScheme

SCHEME = TypeScheme("Two", {"big": ("bus", "truck"), "small": ("car",)}, heavy=("big",))


def table(stored: StoredResults, *by: Any, includes_parked: bool = True, interval_s: int = 900) -> CountsTable:
    return counts_table({"video": stored}, by, interval_s, SCHEME, includes_parked=includes_parked)


def test_a_class_of_a_custom_model_is_a_column_of_its_own(stored: StoredResults) -> None:
    found = table(stored, "group")

    assert [series.group for series in found.series] == ["big", "small", "tram"]
    assert found.totals[2] == 2 * 7 - 2  # seven trams over two gates, but one of three does not pass the second


def test_types_are_shown_beside_their_groups(stored: StoredResults) -> None:
    found = table(stored, "type")

    assert [(one.vehicle_type, one.group) for one in found.series] == [
        ("bus", "big"),
        ("car", "small"),
        ("tram", "tram"),
    ]


def test_an_interval_that_was_analysed_in_part_has_counts_and_its_share(stored: StoredResults) -> None:
    found = table(stored, "gate")

    row = next(row for row in found.rows if row.starts_at and f"{row.starts_at:%H:%M}" == "08:30")
    assert row.observed_share == pytest.approx(2 / 3)
    assert row.total is not None
    assert any("analysed in part" in note for note in found.notes)


def test_an_interval_that_was_not_analysed_has_no_counts(stored: StoredResults) -> None:
    found = table(stored, "gate", interval_s=300)

    row = next(row for row in found.rows if row.observed_share == 0)
    assert (row.counts, row.total) == ((None, None), None)


def test_the_peak_hour_of_each_gate(stored: StoredResults) -> None:
    found = table(stored, "gate", interval_s=300)

    assert [peak.item for peak in found.peak_hours] == []  # five minutes of the only full hour were not analysed

    complete = stored.__class__(
        "run-1",
        3,
        stored.site,
        stored.end_s,
        stored.counted_at,
        stored.found.__class__(stored.found.results, ((0.0, 4800.0),)),
    )
    hours = table(complete, "gate", interval_s=300).peak_hours
    assert [(peak.item, f"{peak.starts_at:%H:%M}", peak.total) for peak in hours] == [
        (None, "08:10", 550),
        ("North", "08:10", 330),
        ("East", "08:10", 220),
    ]


def test_parked_vehicles_can_be_left_out(stored: StoredResults) -> None:
    counted, left_out = table(stored, "zone"), table(stored, "zone", includes_parked=False)

    assert (counted.total, left_out.total) == (3, 2)
    assert (counted.rows[0].queues[-1].longest, left_out.rows[0].queues[-1].longest) == (3, 2)
    assert left_out.notes[-1] == "Parked vehicles are left out."


def test_a_table_is_of_gates_unless_there_is_none(stored: StoredResults) -> None:
    no_gates = stored.site.model_copy(update={"gates": (), "movements": ()})

    assert table(stored).counted == "gates"
    assert Division.of((), [stored.__class__("r", 1, no_gates, 1.0, stored.counted_at, stored.found)]).kind == "zones"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (("gate", "movement"), "of gate or of movement|of gates or of movements"),
        (("zone", "direction"), "have no direction"),
    ],
)
def test_a_table_is_of_one_kind(stored: StoredResults, by: Any, text: str) -> None:
    with pytest.raises(InvalidDimensions, match=text):
        table(stored, *by)
