"""A worker: takes demand while it has a free slot, and processes one video in each."""

from __future__ import annotations

import asyncio
from functools import partial

from onwatch_contracts.messages import DemandWantedV1, FramesWantedV1
from onwatch_detector.context import RunContext
from onwatch_detector.detect.models import EngineCache
from onwatch_detector.detect.sources import ModelChecks
from onwatch_detector.work.clients import Runs, Videos
from onwatch_detector.work.run import Run, StopReason
from onwatch_detector.work.slot import Slot
from onwatch_runtime.bus import Consumer
from onwatch_runtime.observe import continued, current_traceparent, span


class Worker:
    """The slots by video. Set its consumers in this order: `receive_events`, then `take_from`."""

    def __init__(self, context: RunContext, videos: Videos, runs: Runs, engines: EngineCache) -> None:
        self._context = context
        self._new_slot = partial(Slot, context, videos, runs, engines, ModelChecks())
        self._slots: dict[str, Slot] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._events: Consumer | None = None
        self._demand: Consumer | None = None
        self._stopping = False

    def receive_events(self, events: Consumer) -> None:
        """The queue of events, which each slot binds to its video; needed before the first demand is taken."""
        self._events = events

    async def take_from(self, demand: Consumer) -> None:
        """The shared queue of demand, paused while every slot is taken; its first message may be here already."""
        self._demand = demand
        if self._is_full():
            await demand.pause()

    async def stop(self) -> None:
        """Take no more demand; every run commits and is released."""
        self._stopping = True
        for slot in self._slots.values():
            slot.stop(StopReason.SHUTDOWN)
        await asyncio.gather(*self._tasks.values())

    # --- demand ----------------------------------------------------------------------------------

    async def take(self, wanted: DemandWantedV1) -> None:
        """Take the video into a free slot. The message is acknowledged at once: the heartbeat repeats it."""
        if self._events is None:
            raise RuntimeError("a worker needs its queue of events before it takes demand")
        if self._stopping or wanted.video_id in self._slots or self._is_full():
            return
        slot = self._slots[wanted.video_id] = self._new_slot(wanted)
        occupied = self._occupy(slot, self._events)
        self._tasks[slot.video_id] = asyncio.create_task(occupied, name=f"slot:{slot.video_id}")
        if self._is_full() and self._demand is not None:
            await self._demand.pause()

    async def _occupy(self, slot: Slot, events: Consumer) -> None:
        try:
            # Sampled also if a repeated demand led here: after a crash it does.
            with continued(current_traceparent()), span("process video", video_id=slot.video_id):
                await slot.work(events)
        finally:
            del self._slots[slot.video_id], self._tasks[slot.video_id]
            if self._demand is not None and not self._stopping:
                await self._demand.resume()

    def _is_full(self) -> bool:
        return len(self._slots) >= self._context.settings.slots

    @property
    def is_busy(self) -> bool:
        return bool(self._slots)

    # --- events of the videos in its slots -------------------------------------------------------

    def wanted(self, wanted: DemandWantedV1) -> None:
        if slot := self._slots.get(wanted.video_id):
            slot.wanted(wanted)

    def released(self, video_id: str, source_id: str) -> None:
        if slot := self._slots.get(video_id):
            slot.released(source_id)

    def frames_wanted(self, wanted: FramesWantedV1) -> None:
        if slot := self._slots.get(wanted.video_id):
            slot.frames_wanted(wanted)

    def deleted(self, video_id: str) -> None:
        if slot := self._slots.get(video_id):
            slot.stop(StopReason.DELETED)

    def run_of(self, video_id: str) -> Run | None:
        slot = self._slots.get(video_id)
        return slot.run if slot else None
