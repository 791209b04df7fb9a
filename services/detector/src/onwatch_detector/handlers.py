"""What the detector does with each message it hears."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    Message,
    MetricsCommittedV1,
    MetricsRejectedV1,
    VideoDeletedV1,
)
from onwatch_detector.work.worker import Worker
from onwatch_runtime.bus import PrivateQueue, SharedQueue

HEARTBEAT_S = 2.0  # a wish not taken within one heartbeat is said again by the next


async def take_demand(worker: Worker, message: Message) -> None:
    assert isinstance(message, DemandWantedV1)  # noqa: S101 the queue carries nothing else
    await worker.take(message)


async def follow(worker: Worker, message: Message) -> None:
    """News of a video that is in one of the worker's slots."""
    match message:
        case DemandWantedV1():
            worker.wanted(message)
        case DemandReleasedV1():
            worker.released(message.video_id, message.source_id)
        case VideoDeletedV1():
            worker.deleted(message.video_id)
        case MetricsCommittedV1():
            if run := worker.run_of(message.video_id):
                run.committed(message.run_id, message.epoch, message.batch_no)
        case MetricsRejectedV1():
            if run := worker.run_of(message.video_id):
                run.rejected(message.run_id, message.epoch, message.reason)


DEMAND = SharedQueue("detector.demand", (DemandWantedV1,), ttl_s=HEARTBEAT_S)
NEWS = PrivateQueue(
    "detector.news",
    (DemandWantedV1, DemandReleasedV1, VideoDeletedV1, MetricsCommittedV1, MetricsRejectedV1),
    per_video=True,
)

SUBSCRIPTIONS: tuple[tuple[SharedQueue | PrivateQueue, Callable[[Worker, Message], Awaitable[None]]], ...] = (
    (NEWS, follow),
    (DEMAND, take_demand),  # last: the first wish may come with it, and needs to be followed
)
