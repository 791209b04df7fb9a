"""Sends the frames of one run to its viewers, at the pace of the video."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Protocol

from onwatch_contracts.channel import FrameBox
from onwatch_contracts.frame_formats import FrameFormat
from onwatch_detector.context import RunContext
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.publish.frame_encoding import FrameEncoder
from onwatch_detector.publish.pacing import Pace, keep_pace
from onwatch_detector.read import Frame, is_taken


class Audience(Protocol):
    """Who watches the video."""

    def frame_formats(self, now_s: float) -> Mapping[FrameFormat, float]:
        """The formats of frames to make, with the most frames per second of each; none without viewers."""
        ...

    def is_unpaced(self, now_s: float) -> bool:
        """No viewer sets the pace: frames need not wait until they are due."""
        ...


class FramePublisher:
    """Paces, encodes and publishes frames. Every frame is paced, whether it is sent or not."""

    def __init__(
        self,
        context: RunContext,
        video_id: str,
        run_id: str,
        audience: Audience,
        *,
        is_unwanted: IsUnwanted,
        while_waiting: Callable[[], Awaitable[None]],
        encoder: Executor,
    ) -> None:
        """`while_waiting` is called at least every `batch_interval_s` while a frame is not due yet."""
        self._context = context
        settings = context.settings
        self._frames = FrameEncoder(
            video_id,
            run_id,
            context.publisher.new_id,
            max_width=settings.frame_max_width,
            quality=settings.jpeg_quality,
        )
        self._audience = audience
        self._is_unwanted = is_unwanted
        self._while_waiting = while_waiting
        self._encoder = encoder
        self._pace: Pace | None = None
        self._published_s: dict[FrameFormat, float] = {}
        """Video time of the newest frame of each format that is sent."""

    async def publish(self, frame: Frame, boxes: tuple[FrameBox, ...]) -> None:
        """Wait until the frame is due, and send it in each format that somebody watches."""
        if self._audience.is_unpaced(self._context.clock.monotonic()):
            self._pace = None
            return
        wanted = self._audience.frame_formats(self._context.clock.monotonic())
        formats = self._formats_for(frame, wanted)
        bodies = await self._encoded(frame, boxes, formats, wanted) if formats else ()
        await self._wait_until_due(frame.timestamp_s)
        for key, body in bodies:
            await self._context.bus.publish_frame(key, body)
            self._context.instruments.frames_published.inc()

    def _formats_for(self, frame: Frame, wanted: Mapping[FrameFormat, float]) -> Sequence[FrameFormat]:
        """The formats in which this frame is sent: the smallest first, so that it is chosen where it suffices."""
        max_fps = self._context.settings.frame_max_fps
        taken = [
            each
            for each, fps in wanted.items()
            if is_taken(frame.timestamp_s, self._published_s.get(each), min(fps, max_fps))
        ]
        kept = {each: at_s for each, at_s in self._published_s.items() if each in wanted}
        self._published_s = kept | dict.fromkeys(taken, frame.timestamp_s)
        return sorted(taken, key=lambda each: each.largest_side or math.inf)

    async def _wait_until_due(self, at_s: float) -> None:
        clock, settings = self._context.clock, self._context.settings
        self._pace = keep_pace(self._pace, at_s, clock.monotonic(), max_lag_s=settings.max_lag_s)
        while not self._is_unwanted() and (delay_s := self._pace.delay_s(at_s, clock.monotonic())) > 0:
            # In slices: during a long gap between frames the lease must not expire, nor a stop go unnoticed.
            await clock.sleep(min(delay_s, settings.batch_interval_s))
            await self._while_waiting()

    async def _encoded(
        self,
        frame: Frame,
        boxes: tuple[FrameBox, ...],
        formats: Collection[FrameFormat],
        wanted: Collection[FrameFormat],
    ) -> Sequence[tuple[str, bytes]]:
        now_s = self._context.clock.monotonic()
        encode = partial(self._frames.encode, frame, boxes, formats, wanted=wanted, now_s=now_s)
        return await asyncio.get_running_loop().run_in_executor(self._encoder, encode)
