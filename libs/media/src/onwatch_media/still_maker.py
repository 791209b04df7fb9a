"""Makes stills in a process of its own, with limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onwatch_media.container import VideoUnusable
from onwatch_media.isolation import Limits, answer_of
from onwatch_media.opening import VideoSource
from onwatch_media.stills import StillOrder


@dataclass(frozen=True)
class StillMaker:
    """Every call starts a process; a caller that is cancelled ends it."""

    limits: Limits = field(default_factory=Limits)

    async def make(
        self, source: VideoSource, orders: Sequence[StillOrder], *, counted_rate: float | None = None
    ) -> tuple[bytes, ...]:
        """A JPEG for each order, empty where nothing can be decoded.

        `VideoUnusable` says what is wrong with the file, `LimitExceeded` what was too much.
        """
        wanted = {
            "counted_rate": counted_rate,
            "orders": [(order.at_s, order.max_width, order.box) for order in orders],
        }
        found, content = await answer_of("onwatch_media.still_worker", source, wanted, self.limits, "decoding it")
        if "error" in found:
            raise VideoUnusable(found["text"])
        pictures, at = [], 0
        for size in found["sizes"]:
            pictures.append(content[at : at + size])
            at += size
        return tuple(pictures)
