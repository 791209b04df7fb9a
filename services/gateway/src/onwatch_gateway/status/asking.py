"""Asks the processes of the system at their ports for operators."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp

from onwatch_contracts.status import SystemStatus
from onwatch_gateway.access import Recent
from onwatch_runtime.clock import Clock
from onwatch_runtime.overview import Process, ask, ask_app, status_of, system_of

KEPT_S = 2.0
SYSTEM = "system"


class SystemAsking:
    """Asks at most once in `KEPT_S`, however many request the status. Who is asked, no request decides."""

    def __init__(self, urls: Sequence[str], own_ops: ASGIApp, clock: Clock, timeout_s: float) -> None:
        """Without URLs, this process is the system: it is asked by the app of its own port for operators."""
        self._urls = urls
        self._own_ops = own_ops
        self._clock = clock
        self._timeout_s = timeout_s
        self._recent = Recent(self._ask, clock, KEPT_S)

    async def status(self) -> SystemStatus:
        return await self._recent.of(SYSTEM)

    async def _ask(self, _: str) -> SystemStatus:
        asked_at = self._clock.now()
        return status_of(system_of(await self._processes()), asked_at)

    async def _processes(self) -> list[Process]:
        if not self._urls:
            return [await ask_app(self._own_ops, self._timeout_s)]
        return await ask(self._urls, self._timeout_s)
