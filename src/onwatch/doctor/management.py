"""RabbitMQ's management plug-in, the only way to list queues: AMQP has none."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from onwatch_runtime.bus.rabbit.doctor import ListQueues, QueueInfo, virtual_host_of
from onwatch_runtime.observe import ExaminationFailed
from onwatch_runtime.tls import NO_TLS_FILES, TlsFiles, with_tls_failure

TIMEOUT_S = 10.0
QUEUES = TypeAdapter(list[QueueInfo])


def queue_lister(management_url: str, bus_url: str, tls: TlsFiles = NO_TLS_FILES) -> ListQueues:
    """Lists the queues of the bus's virtual host; raises `ExaminationFailed` when the plug-in is unavailable.

    `management_url`: `http://user:password@host:15672`.
    """

    async def list_queues() -> Sequence[QueueInfo]:
        path = f"{management_url.rstrip('/')}/api/queues/{quote(virtual_host_of(bus_url), safe='')}"
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, verify=tls.context()) as http:
                answer = await http.get(path)
                answer.raise_for_status()
                return QUEUES.validate_json(answer.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ExaminationFailed("RabbitMQ's management plug-in", _why(error)) from error

    return list_queues


def _why(error: Exception) -> str:
    """The reason without the URL, which holds a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"it answered {error.response.status_code}"
    return with_tls_failure(f"{type(error).__name__}: {error}", error)
