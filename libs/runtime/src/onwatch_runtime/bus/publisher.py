"""Creates messages with their envelope and publishes them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import Bus, BusUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId
from onwatch_runtime.observe import current_traceparent

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publisher:
    """Fills in the envelope: id, time and trace context."""

    bus: Bus
    clock: Clock
    new_id: NewId

    def make(
        self, message_class: type[Message], *, video_id: str, occurred_at: datetime | None = None, **fields: Any
    ) -> Message:
        """A message about an event that happens now, or happened at `occurred_at` and is republished."""
        return message_class(
            message_id=self.new_id(),
            occurred_at=occurred_at or self.clock.now(),
            traceparent=current_traceparent(),
            video_id=video_id,
            **fields,
        )

    async def publish(self, message_class: type[Message], *, video_id: str, **fields: Any) -> None:
        """Return once the bus has accepted it; `BusUnavailable` otherwise."""
        await self.bus.publish(self.make(message_class, video_id=video_id, **fields))

    async def announce(self, message_class: type[Message], *, video_id: str, **fields: Any) -> bool:
        """Publish what is republished anyway (a heartbeat, a notice): a failure is logged and returns False."""
        try:
            await self.publish(message_class, video_id=video_id, **fields)
        except BusUnavailable as error:
            log.warning("%s for video %s was not published: %s", message_class.name, video_id, error)
            return False
        return True
