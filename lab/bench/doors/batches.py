"""Batches as workers of videos publish them: in each, one vehicle enters the zone and another leaves it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from random import Random

from redis.asyncio import Redis

from onwatch_aggregator.live import ClaimAttempt, RedisLiveStore, Refused
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.messages import MetricsBatchV2
from onwatch_contracts.values import Checkpoint, Entered, ExitReason, Left, RunSettings, VehicleType
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

INTERVAL_S = 0.25
PICTURES = 6
"""Of a batch, at 25 a second."""
LOG_BYTES = 6 * 10 * 5
"""Ten boxes a picture, five bytes each (docs/performance.md, the log of detections)."""
TRACKS = 10
STATE = {"tracks": [{"id": n, "box": [0.1, 0.2, 0.3, 0.4], "votes": {"car": 12.5}} for n in range(TRACKS)]}
UNENDING_S = 1e6
LEASE_S = 3600.0


class Worker:
    """One run, whose batches are made one after the other."""

    def __init__(self, video_id: str, run_id: str, epoch: int) -> None:
        self.video_id, self.run_id, self.epoch = video_id, run_id, epoch
        self._random = Random(video_id)  # noqa: S311 no secret
        self._batch_no = 0

    def next_batch(self) -> MetricsBatchV2:
        self._batch_no += 1
        at_s = self._batch_no * INTERVAL_S
        events: list[Entered | Left] = [
            Entered(vehicle_id=self._batch_no, visit_no=1, vehicle_type=VehicleType.CAR, entered_at_s=at_s)
        ]
        if self._batch_no > 1:
            events.append(
                Left(
                    vehicle_id=self._batch_no - 1,
                    visit_no=1,
                    vehicle_type=VehicleType.CAR,
                    entered_at_s=at_s - INTERVAL_S,
                    left_at_s=at_s,
                    exit_reason=ExitReason.LEFT,
                )
            )
        return MetricsBatchV2(
            message_id=new_id(),
            occurred_at=SystemClock().now(),
            video_id=self.video_id,
            run_id=self.run_id,
            epoch=self.epoch,
            batch_no=self._batch_no,
            events=tuple(events),
            checkpoint=Checkpoint(next_frame=self._batch_no * PICTURES, position_s=at_s, state=STATE),
            detections=base64.b64encode(self._random.randbytes(LOG_BYTES)).decode(),
        )


async def claimed(redis: Redis, video_ids: Sequence[str]) -> list[Worker]:
    """The workers of new runs of these videos."""
    live = RedisLiveStore(redis, Lifetimes(lease_s=LEASE_S))
    workers = []
    for video_id in video_ids:
        now = SystemClock().now()
        settings = RunSettings(duration_s=UNENDING_S, frames_per_second=25.0, detector_model="demo")
        granted = await live.claim(ClaimAttempt(video_id, "worker", now, settings, now, new_id()))
        if isinstance(granted, Refused):
            raise SystemExit(f"the claim of {video_id} was refused: {granted.reason}")
        workers.append(Worker(video_id, granted.run_id, granted.epoch))
    return workers
