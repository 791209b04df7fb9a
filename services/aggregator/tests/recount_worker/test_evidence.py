from __future__ import annotations

import json

from onwatch_aggregator.recount_worker.evidence import evidence_json, read_evidence
from onwatch_counting.evidence import SiteEvidence, VisitEvidence


def test_evidence_survives_json_bit_for_bit():
    visit = VisitEvidence("roi", 1, 2, 7, 1 / 3, 0.1 + 0.2, 2 / 3, 1e-17, 2, True, False, True)
    evidence = SiteEvidence((visit,), {"roi": 4}, 250, 99)
    assert read_evidence(json.loads(json.dumps(evidence_json(evidence)))) == evidence
