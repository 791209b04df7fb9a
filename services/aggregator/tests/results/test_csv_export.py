from __future__ import annotations

import csv
from typing import Any

from onwatch_aggregator.counting.visits import vehicle
from onwatch_aggregator.results.csv_export import rows_csv
from onwatch_contracts.evidence import VisitEvidence, Weakness
from onwatch_contracts.http import Vehicle


def test_the_first_line_names_the_fields():
    assert rows_csv(Vehicle, ()) == ",".join(Vehicle.model_fields) + "\r\n"


def test_a_visit_is_a_line(make: Any):
    rows = [
        vehicle(make.entered(1, 0.1, born_inside=True), make.left(1, 0.1, 1 / 3)),
        vehicle(make.entered(2, 0.5), None),
    ]
    assert rows_csv(Vehicle, rows).splitlines()[1:] == [
        "1,1,roi,car,0.1,0.3333333333333333,0.233333,left,true",
        "2,1,roi,car,0.5,,,,false",
    ]


def test_numbers_round_trip_to_the_last_bit(make: Any):
    row = vehicle(make.entered(1, 0.1 + 0.2), None)
    (line,) = csv.DictReader(rows_csv(Vehicle, [row]).splitlines())
    assert float(line["entered_at_s"]) == 0.1 + 0.2


def test_the_words_of_a_list_have_spaces_between_them():
    visit = VisitEvidence(
        zone_id="roi",
        vehicle_id=2,
        visit_no=1,
        detections_count=3,
        seen_share=0.5,
        longest_gap_s=0.24,
        mean_confidence=0.3125,
        type_margin=1.0,
        tracks_count=2,
        touches_border=True,
        born_inside=False,
        ended_inside=True,
        false_probability=0.25,
        is_weak=True,
        weaknesses=(Weakness.FEW, Weakness.UNSURE),
    )
    line = rows_csv(VisitEvidence, [visit]).splitlines()[1]
    assert line == "roi,2,1,3,0.5,0.24,0.3125,1.0,2,true,false,true,0.25,true,few unsure"
