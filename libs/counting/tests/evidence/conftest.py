"""Evidence of a visit that was seen as well as can be, to be made worse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onwatch_counting.evidence import VisitEvidence


@pytest.fixture
def evidence() -> Callable[..., VisitEvidence]:
    def make(**changes: Any) -> VisitEvidence:
        given = {
            "zone_id": "roi",
            "row_no": 1,
            "visit_no": 1,
            "detections_count": 50,
            "seen_share": 1.0,
            "longest_gap_s": 0.0,
            "mean_confidence": 0.9,
            "type_margin": 1.0,
            "tracks_count": 1,
            "touches_border": False,
            "born_inside": False,
            "ended_inside": False,
        }
        return VisitEvidence(**given | changes)

    return make
