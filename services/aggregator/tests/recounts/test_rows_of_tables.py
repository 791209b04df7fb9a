from __future__ import annotations

import random

from onwatch_aggregator.recount_worker import crossing_row, results_of, vehicle_row, visit_row
from onwatch_aggregator.recounts.store import Found
from onwatch_aggregator.results.site_tables import crossings, site_vehicles, visits
from onwatch_contracts.site import Site


def test_rows_have_the_columns_of_their_tables(found: Found) -> None:
    results = found.results

    assert set(vehicle_row("v", results.vehicles[0])) == {column.name for column in site_vehicles.c}
    assert set(visit_row("v", results.visits[0])) == {column.name for column in visits.c}
    assert set(crossing_row("v", results.crossings[0])) == {column.name for column in crossings.c}


def test_the_order_of_results_does_not_depend_on_that_of_the_rows(site: Site, found: Found) -> None:
    results, shuffled = found.results, random.Random(1).sample  # noqa: S311 an order, no secret
    rows = (
        [vehicle_row("v", one) for one in results.vehicles],
        [visit_row("v", one) for one in results.visits],
        [crossing_row("v", one) for one in results.crossings],
    )

    assert results_of(site, *(shuffled(part, len(part)) for part in rows), 5) == results
