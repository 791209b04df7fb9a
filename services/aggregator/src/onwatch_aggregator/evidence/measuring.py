"""Measures how well the visits of a whole log were seen, in a process of its own, as a recount is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from onwatch_aggregator.recount_worker import read_evidence
from onwatch_aggregator.recounts import counted
from onwatch_contracts.site import Site
from onwatch_counting.evidence import SiteEvidence


@dataclass(frozen=True)
class LoggedRun:
    """A finished run, and what is counted in it."""

    site: Site
    end_s: float
    period_s: float
    """Usual time between two analysed pictures."""
    boxes_count: int
    """In its log."""


class EvidenceMeasurer(Protocol):
    async def evidence(self, run: LoggedRun, log: AsyncIterator[bytes]) -> SiteEvidence:
        """`RecountImpossible` or `RecountLost` if it cannot be found. A caller that is cancelled ends the work."""
        ...


@dataclass(frozen=True)
class ProcessEvidenceMeasurer:
    """Starts the worker that counts again."""

    boxes_at_once: int = 1_000_000
    """As `ProcessRecounter`."""
    parked_s: float = 300.0

    async def evidence(self, run: LoggedRun, log: AsyncIterator[bytes]) -> SiteEvidence:
        header = {
            "keep_evidence": True,
            "site": run.site.model_dump(mode="json"),
            "end_s": run.end_s,
            "period_s": run.period_s,
            "parked_s": self.parked_s,
            "at_once": run.boxes_count <= self.boxes_at_once,
        }
        answer = await counted(header, log, lambda _: None)
        return read_evidence(answer["evidence"])
