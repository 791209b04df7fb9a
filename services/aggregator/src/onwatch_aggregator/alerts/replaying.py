"""Finds the alerts of a whole log, in a process of its own: picture by picture takes seconds for an hour of video."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from onwatch_aggregator.recount_worker import read_changes
from onwatch_aggregator.recounts import counted
from onwatch_counting.alerts import AlertChange, AlertPlan


@dataclass(frozen=True)
class WholeRun:
    """A finished run, and what is asked of it."""

    plan: AlertPlan
    end_s: float
    period_s: float
    """Usual time between two analysed pictures."""


class Replayer(Protocol):
    async def changes(self, run: WholeRun, log: AsyncIterator[bytes]) -> tuple[AlertChange, ...]:
        """`RecountImpossible` or `RecountLost` if they cannot be found. A caller that is cancelled ends the work."""
        ...


class ProcessReplayer:
    """Starts the worker that counts again."""

    async def changes(self, run: WholeRun, log: AsyncIterator[bytes]) -> tuple[AlertChange, ...]:
        header = {"plan": run.plan.model_dump(mode="json"), "end_s": run.end_s, "period_s": run.period_s}
        answer = await counted(header, log, lambda _: None)
        return read_changes(run.plan, answer["changes"])
