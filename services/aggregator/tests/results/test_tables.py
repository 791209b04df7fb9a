from __future__ import annotations

from onwatch_aggregator.results.tables import vehicles
from onwatch_contracts.http import Vehicle


def test_a_row_of_vehicles_has_the_published_names():
    assert [column.name for column in vehicles.c] == ["run_id", *Vehicle.model_fields]
