from __future__ import annotations

from onwatch_aggregator.evidence.csv_file import evidence_csv
from onwatch_contracts.evidence import VisitEvidence, Weakness


def test_the_first_line_names_the_fields():
    assert evidence_csv(()) == ",".join(VisitEvidence.model_fields) + "\r\n"


def test_a_visit_is_a_line():
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
    line = evidence_csv([visit]).splitlines()[1]
    assert line == "roi,2,1,3,0.5,0.24,0.3125,1.0,2,true,false,true,0.25,true,few unsure"
