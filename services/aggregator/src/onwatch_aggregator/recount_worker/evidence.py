"""Converts evidence to JSON and back, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from onwatch_counting.evidence import SiteEvidence, VisitEvidence


def evidence_json(evidence: SiteEvidence) -> dict[str, Any]:
    """For `read_evidence`."""
    return asdict(evidence)


def read_evidence(given: Mapping[str, Any]) -> SiteEvidence:
    """The inverse."""
    return SiteEvidence(**dict(given) | {"visits": tuple(VisitEvidence(**visit) for visit in given["visits"])})
