"""Running a handler and waiting between its tries: the same for every bus."""

from __future__ import annotations

import asyncio

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import Handler
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe.tracing import span


async def failure_of(handler: Handler, message: Message) -> Exception | None:
    """What went wrong in the handler, if anything did."""
    try:
        with span(message.traceparent):
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


async def interrupted(clock: Clock, delay_s: float, event: asyncio.Event) -> bool:
    """Wait for `delay_s`, or until the event; whether it was the event."""
    waits = (asyncio.create_task(clock.sleep(delay_s)), asyncio.create_task(event.wait()))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return event.is_set()
