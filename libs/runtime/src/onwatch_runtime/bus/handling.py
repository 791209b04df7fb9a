"""Calls a message handler and catches what it raises: the same for every bus."""

from __future__ import annotations

import asyncio

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import Handler
from onwatch_runtime.observe import span


async def failure_of(handler: Handler, message: Message) -> Exception | None:
    """What the handler raised; None if it returned."""
    try:
        run_id: str | None = getattr(message, "run_id", None)
        with span(message.name, message.traceparent, video_id=message.video_id, run_id=run_id):
            await handler(message)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Something that the handler waited for was cancelled, not the handler: a failure like any other.
        return RuntimeError(f"the handler waited for something that was cancelled ({error!r})")
    except Exception as error:  # noqa: BLE001 the bus owns this loop: no handler error may stop it
        return error
    return None
