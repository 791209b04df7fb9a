"""What the detector does with each message it receives."""

from __future__ import annotations

from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    FramesWantedV1,
    Message,
    MetricsCommittedV1,
    MetricsRejectedV1,
    VideoDeletedV1,
)
from onwatch_detector.work import Worker
from onwatch_runtime.bus import PrivateQueue, SharedQueue, Subscription

HEARTBEAT_S = 2.0  # demand that no worker took within one heartbeat is republished by the next


async def on_demand(worker: Worker, message: DemandWantedV1) -> None:
    await worker.take(message)


async def on_event(worker: Worker, message: Message) -> None:
    """An event of a video in one of the worker's slots."""
    match message:
        case DemandWantedV1():
            worker.wanted(message)
        case DemandReleasedV1():
            worker.released(message.video_id, message.source_id)
        case FramesWantedV1():
            worker.frames_wanted(message)
        case VideoDeletedV1():
            worker.deleted(message.video_id)
        case MetricsCommittedV1():
            if run := worker.run_of(message.video_id):
                run.commits.acknowledge(message.run_id, message.epoch, message.batch_no)
        case MetricsRejectedV1():
            if run := worker.run_of(message.video_id):
                run.commits.reject(message.run_id, message.epoch, message.reason)


DEMAND = SharedQueue("detector.demand", (DemandWantedV1,), ttl_s=HEARTBEAT_S)
EVENTS = PrivateQueue(
    "detector.events",
    (DemandWantedV1, DemandReleasedV1, FramesWantedV1, VideoDeletedV1, MetricsCommittedV1, MetricsRejectedV1),
    per_video=True,
)

SUBSCRIPTIONS: tuple[Subscription[Worker], ...] = (
    Subscription(EVENTS, on_event),
    Subscription(DEMAND, on_demand),  # last: demand may arrive at once, and its slot binds the queue of events
)
