"""The examination of one broker, beside the running services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from onwatch_runtime.bus.port import SharedQueue
from onwatch_runtime.bus.rabbit.calls import close_quietly
from onwatch_runtime.bus.rabbit.connection import connected_to_any
from onwatch_runtime.bus.rabbit.doctor.browser import CALL_LIMIT_S, QueueBrowser, reporting_unavailable
from onwatch_runtime.bus.rabbit.doctor.dead_letters import DeadLetters
from onwatch_runtime.bus.rabbit.doctor.shared_queues import SharedQueues
from onwatch_runtime.bus.rabbit.doctor.unknown_queues import ListQueues, UnknownQueues
from onwatch_runtime.bus.rabbit.topology import Topology
from onwatch_runtime.observe import Finding
from onwatch_runtime.tls import NO_TLS_FILES, TlsFiles


@dataclass(frozen=True)
class RabbitDoctor:
    dead_letters: DeadLetters
    unknown_queues: UnknownQueues
    shared_queues: SharedQueues

    async def findings(self) -> Sequence[Finding]:
        """`ExaminationFailed` if the broker or its management plug-in does not answer."""
        return [*await self.dead_letters.findings(), *await self.unknown_queues.findings()]


@asynccontextmanager
async def rabbit_doctor(
    url: str,
    queues: Collection[SharedQueue],
    list_queues: ListQueues | None = None,
    *,
    namespace: str = "onwatch",
    tls: TlsFiles = NO_TLS_FILES,
) -> AsyncIterator[RabbitDoctor]:
    """A doctor for the broker at `url`; `ExaminationFailed` if it cannot be reached at the first attempt."""
    with reporting_unavailable():
        connection = await connected_to_any(url, tls, CALL_LIMIT_S)
    browser, topology = QueueBrowser(connection), Topology(namespace)
    try:
        yield RabbitDoctor(
            DeadLetters(browser, topology),
            UnknownQueues(browser, topology, queues, list_queues),
            SharedQueues(browser, topology, queues),
        )
    finally:
        await close_quietly(connection)
