from __future__ import annotations

import csv
from typing import Any

from onwatch_aggregator.counting.visits import vehicle
from onwatch_aggregator.results.csv_export import vehicles_csv
from onwatch_contracts.http import Vehicle


def test_the_first_line_names_the_fields():
    assert vehicles_csv(()) == ",".join(Vehicle.model_fields) + "\r\n"


def test_a_visit_is_a_line(make: Any):
    rows = [
        vehicle(make.entered(1, 0.1, born_inside=True), make.left(1, 0.1, 1 / 3)),
        vehicle(make.entered(2, 0.5), None),
    ]
    assert vehicles_csv(rows).splitlines()[1:] == [
        "1,1,roi,car,0.1,0.3333333333333333,0.233333,left,true",
        "2,1,roi,car,0.5,,,,false",
    ]


def test_numbers_round_trip_to_the_last_bit(make: Any):
    row = vehicle(make.entered(1, 0.1 + 0.2), None)
    (line,) = csv.DictReader(vehicles_csv([row]).splitlines())
    assert float(line["entered_at_s"]) == 0.1 + 0.2
