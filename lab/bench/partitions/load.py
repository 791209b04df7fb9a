"""Workers of many videos: each publishes batches, at most `IN_FLIGHT` of them unacknowledged."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from variants import Variant

from onwatch_aggregator.live import ClaimAttempt, RedisLiveStore, Refused
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.messages import Message, MetricsBatchV1, MetricsCommittedV1, MetricsRejectedV1
from onwatch_contracts.values import Checkpoint, Entered, ExitReason, Left, RunSettings, VehicleType
from onwatch_runtime.bus import PrivateQueue, Publisher
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

IN_FLIGHT = 8
CHECKPOINT_STATE = {"tracks": [{"id": n, "box": [0.1, 0.2, 0.3, 0.4], "votes": {"car": 12.5}} for n in range(40)]}
LEASE_S = 1.0  # shorter than in production, 3 s
CLAIM_INTERVAL_S = 0.1
DRAIN_LIMIT_S = 6.0


@dataclass
class Video:
    """The worker's side of one run."""

    video_id: str
    run_id: str
    epoch: int
    published_at: dict[int, float] = field(default_factory=dict)
    next_batch_no: int = 1
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    latencies_s: list[tuple[float, float]] = field(default_factory=list)
    """Publishing time and how long until committed."""
    rejections: int = 0
    skipped_batch_no: int = 0
    """Lost the first time; 0: none."""
    claiming: bool = False
    committed_batch_no: int = 0
    committed_at: float = field(default_factory=time.monotonic)
    longest_stall_s: float = 0.0
    """Between two commits."""

    def batch(self, batch_no: int) -> dict[str, Any]:
        """One vehicle enters, the one before it leaves."""
        at_s = batch_no * 0.25
        visit = {"visit_no": 1, "vehicle_type": VehicleType.CAR}
        events: list[Entered | Left] = [Entered(vehicle_id=batch_no, entered_at_s=at_s, **visit)]
        if batch_no > 1:
            closing = {"entered_at_s": at_s - 0.25, "left_at_s": at_s, "exit_reason": ExitReason.LEFT}
            events.append(Left(vehicle_id=batch_no - 1, **visit, **closing))
        return {
            "video_id": self.video_id,
            "run_id": self.run_id,
            "epoch": self.epoch,
            "batch_no": batch_no,
            "events": tuple(events),
            "checkpoint": Checkpoint(next_frame=batch_no * 6, position_s=at_s, state=CHECKPOINT_STATE),
        }

    def on_committed(self, batch_no: int) -> None:
        now = time.monotonic()
        for number in [number for number in self.published_at if number <= batch_no]:
            at = self.published_at.pop(number)
            self.latencies_s.append((at, now - at))
        if batch_no > self.committed_batch_no:
            self.longest_stall_s = max(self.longest_stall_s, now - self.committed_at)
            self.committed_batch_no, self.committed_at = batch_no, now
        self.changed.set()

    def restart(self, epoch: int, next_batch_no: int) -> None:
        """Continue after the last commit with a new epoch."""
        self.epoch, self.next_batch_no = epoch, next_batch_no
        self.published_at.clear()
        self.claiming = False
        self.changed.set()


class Load:
    """Publishes for one variant and measures until each batch is committed."""

    def __init__(self, variant: Variant, rabbit_url: str, redis_url: str) -> None:
        self._bus = variant.bus(rabbit_url)
        self._publisher = Publisher(self._bus, SystemClock(), new_id)
        self._live = RedisLiveStore(Redis.from_url(redis_url), Lifetimes(lease_s=LEASE_S))
        self._videos: dict[str, Video] = {}

    async def open(self) -> None:
        await self._bus.open()
        await self._bus.subscribe(PrivateQueue("load", (MetricsCommittedV1, MetricsRejectedV1)), self._on_answer)

    async def _on_answer(self, message: Message) -> None:
        video = self._videos.get(message.video_id)
        if video is not None and isinstance(message, MetricsCommittedV1):
            video.on_committed(message.batch_no)
        elif video is not None and isinstance(message, MetricsRejectedV1):
            await self._on_rejected(video, message.epoch)

    async def _on_rejected(self, video: Video, epoch: int) -> None:
        """Claim again, as a worker does; rejections of the rest of that epoch mean nothing more."""
        if video.claiming or epoch < video.epoch:
            return
        video.rejections += 1
        video.claiming = True
        while True:
            answer = await self._live.claim(_attempt(video.video_id))
            if not isinstance(answer, Refused):
                video.restart(answer.epoch, answer.next_batch_no)
                return
            await asyncio.sleep(CLAIM_INTERVAL_S)

    async def run(
        self, video_ids: Sequence[str], duration_s: float, interval_s: float = 0.0, skipped_batch_no: int = 0
    ) -> list[Video]:
        """Publish for a time, every `interval_s` or as fast as acknowledgements come, and wait for the rest."""
        videos = [await self._claimed(video_id) for video_id in video_ids]
        self._videos = {video.video_id: video for video in videos}
        end = time.monotonic() + duration_s
        for video in videos:
            video.skipped_batch_no = skipped_batch_no
        await asyncio.gather(
            *(self._publish(video, end, interval_s, n / len(videos)) for n, video in enumerate(videos))
        )
        deadline = time.monotonic() + DRAIN_LIMIT_S
        while any(video.published_at for video in videos) and time.monotonic() < deadline:  # noqa: ASYNC110 one wait over many videos
            await asyncio.sleep(0.02)
        for video in videos:
            if video.published_at:
                video.longest_stall_s = max(video.longest_stall_s, time.monotonic() - video.committed_at)
        return videos

    async def _claimed(self, video_id: str) -> Video:
        granted = await self._live.claim(_attempt(video_id))
        if isinstance(granted, Refused):
            raise SystemExit(f"the claim of {video_id} was refused: {granted.reason}")
        return Video(video_id, granted.run_id, granted.epoch)

    async def _publish(self, video: Video, end: float, interval_s: float, phase: float) -> None:
        due = time.monotonic() + phase * interval_s
        while (now := time.monotonic()) < end:
            if due > now:
                await asyncio.sleep(due - now)
            while (video.claiming or len(video.published_at) >= IN_FLIGHT) and time.monotonic() < end:
                video.changed.clear()
                try:
                    await asyncio.wait_for(video.changed.wait(), max(end - time.monotonic(), 0.01))
                except TimeoutError:
                    return
            if video.next_batch_no == video.skipped_batch_no:
                video.next_batch_no, video.skipped_batch_no = video.next_batch_no + 1, 0
            batch_no = video.next_batch_no
            video.next_batch_no += 1
            video.published_at[batch_no] = time.monotonic()
            await self._publisher.publish(MetricsBatchV1, **video.batch(batch_no))
            due = max(due + interval_s, time.monotonic() - 1.0)

    async def close(self) -> None:
        await self._bus.close()


def _attempt(video_id: str) -> ClaimAttempt:
    now = SystemClock().now()
    settings = RunSettings(duration_s=1e6, frames_per_second=25.0, detector_model="demo")
    return ClaimAttempt(video_id, "worker", now, settings, now, new_id())


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; NaN of nothing."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)] if values else math.nan
