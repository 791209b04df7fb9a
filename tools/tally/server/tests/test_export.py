from __future__ import annotations

import csv
import io

from onwatch_contracts.values import VehicleType
from onwatch_tally.comparison import compare
from onwatch_tally.export import COLUMNS, as_csv
from onwatch_tally.shapes import Entry, Mark


def test_one_row_for_each_vehicle_by_time() -> None:
    comparison = compare(
        [
            Mark(id="a", vehicle_type=VehicleType.CAR, at_s=9.25),
            Mark(id="b", vehicle_type=VehicleType.TRUCK, at_s=3.5),
        ],
        [
            Entry(vehicle_id=1, vehicle_type=VehicleType.CAR, at_s=3.25),
            Entry(vehicle_id=2, vehicle_type=VehicleType.BUS, at_s=6.0),
        ],
        20.0,
    )
    rows = list(csv.reader(io.StringIO(as_csv(comparison))))
    assert rows == [
        list(COLUMNS),
        ["both", "3.500", "truck", "1", "3.250", "car"],
        ["system", "", "", "2", "6.000", "bus"],
        ["person", "9.250", "car", "", "", ""],
    ]
