"""Sends the frames of one run to its viewers, at the pace of the video."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Protocol

from onwatch_contracts.channel import FrameBox
from onwatch_detector.context import RunContext
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.publish.frame_encoding import encode_frame_with_boxes
from onwatch_detector.publish.pacing import Pace, keep_pace
from onwatch_detector.read import Frame, is_taken


class Audience(Protocol):
    """Who watches the video."""

    def viewers(self, now_s: float) -> int: ...

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
        self._video_id = video_id
        self._run_id = run_id
        self._audience = audience
        self._is_unwanted = is_unwanted
        self._while_waiting = while_waiting
        self._encoder = encoder
        self._pace: Pace | None = None
        self._published_s: float | None = None  # video time of the newest frame sent to viewers

    async def publish(self, frame: Frame, boxes: tuple[FrameBox, ...]) -> None:
        """Wait until the frame is due, and send it if somebody watches."""
        if self._audience.is_unpaced(self._context.clock.monotonic()):
            self._pace = None
            return
        body = await self._encoded(frame, boxes) if self._is_to_be_sent(frame) else None
        await self._wait_until_due(frame.timestamp_s)
        if body is not None:
            self._published_s = frame.timestamp_s
            await self._context.bus.publish_frame(self._video_id, body)
            self._context.instruments.frames_published.inc()

    def _is_to_be_sent(self, frame: Frame) -> bool:
        is_watched = self._audience.viewers(self._context.clock.monotonic()) > 0
        return is_watched and is_taken(frame.timestamp_s, self._published_s, self._context.settings.frame_max_fps)

    async def _wait_until_due(self, at_s: float) -> None:
        clock, settings = self._context.clock, self._context.settings
        self._pace = keep_pace(self._pace, at_s, clock.monotonic(), max_lag_s=settings.max_lag_s)
        while not self._is_unwanted() and (delay_s := self._pace.delay_s(at_s, clock.monotonic())) > 0:
            # In slices: during a long gap between frames the lease must not expire, nor a stop go unnoticed.
            await clock.sleep(min(delay_s, settings.batch_interval_s))
            await self._while_waiting()

    async def _encoded(self, frame: Frame, boxes: tuple[FrameBox, ...]) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._encoder, self._encode, frame, boxes)

    def _encode(self, frame: Frame, boxes: tuple[FrameBox, ...]) -> bytes:
        settings = self._context.settings
        return encode_frame_with_boxes(
            frame,
            boxes,
            video_id=self._video_id,
            run_id=self._run_id,
            max_width=settings.frame_max_width,
            quality=settings.jpeg_quality,
        )
