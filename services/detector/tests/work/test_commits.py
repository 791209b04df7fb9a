from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from onwatch_contracts.http import Claim
from onwatch_contracts.messages import Message, MetricsBatchV2
from onwatch_contracts.site import GateCounts, SiteCounts
from onwatch_contracts.values import Checkpoint, Entered, RunSettings, VehicleType
from onwatch_counting.log import LoggedBox, LoggedPicture, unpack
from onwatch_detector.context import RunContext
from onwatch_detector.errors import RunLost
from onwatch_detector.instruments import Instruments
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work.commits import Commits
from onwatch_runtime.bus import Publisher, SharedQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.executors import InlineExecutor
from onwatch_testkit.ids import counting_ids

RUN_ID, EPOCH = "run-1", 3
CLAIM = Claim(
    run_id=RUN_ID,
    epoch=EPOCH,
    next_batch_no=7,
    checkpoint=None,
    settings=RunSettings(duration_s=3.0, frames_per_second=25, detector_model="blobs"),
    lease_s=3.0,
)
ENTERED = Entered(
    vehicle_id=1, visit_no=1, zone_id="default", vehicle_type=VehicleType.CAR, entered_at_s=0.2, born_inside=False
)

PICTURES = [LoggedPicture(n / 25, (LoggedBox(1, n, 0, n + 9, 9, 99, "car", ()),)) for n in range(3)]


def checkpoint(frame: int) -> Checkpoint:
    return Checkpoint(next_frame=frame, position_s=frame / 25, state={})


@pytest_asyncio.fixture
async def batches(memory_bus: MemoryBus) -> list[MetricsBatchV2]:
    received: list[MetricsBatchV2] = []

    async def receive(message: Message) -> None:
        assert isinstance(message, MetricsBatchV2)
        received.append(message)

    await memory_bus.subscribe(SharedQueue("batches", (MetricsBatchV2,), ordered=True), receive)
    return received


@pytest_asyncio.fixture
async def commits(memory_bus: MemoryBus, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Commits]:
    settings = DetectorSettings(data_dir=tmp_path, max_batches_in_flight=2, acknowledgement_timeout_s=5)
    publisher = Publisher(memory_bus, clock, counting_ids())
    instruments = Instruments(CollectorRegistry())
    context = RunContext(settings, memory_bus, publisher, clock, instruments, "worker-1", InlineExecutor)
    yield Commits(context, "v", CLAIM)


async def test_batches_are_numbered_from_the_claim_and_carry_their_events_once(
    commits: Commits, memory_bus: MemoryBus, batches: list[MetricsBatchV2]
) -> None:
    commits.add([ENTERED])
    await commits.send(checkpoint(5))
    await commits.send(checkpoint(9))
    await memory_bus.settle()
    assert [batch.batch_no for batch in batches] == [7, 8]
    assert [batch.events for batch in batches] == [(ENTERED,), ()]


async def test_a_renewal_repeats_the_checkpoint_and_keeps_the_events_for_the_next_batch(
    commits: Commits, memory_bus: MemoryBus, batches: list[MetricsBatchV2]
) -> None:
    await commits.send(checkpoint(5))
    commits.add([ENTERED])
    await commits.renew()
    await commits.send(checkpoint(9))
    await memory_bus.settle()
    assert [(batch.checkpoint.next_frame, len(batch.events)) for batch in batches] == [(5, 0), (5, 0), (9, 1)]


def detected(batch: MetricsBatchV2) -> list[LoggedPicture]:
    return list(unpack(base64.b64decode(batch.detections))) if batch.detections else []


async def test_a_batch_carries_the_log_of_the_pictures_since_the_last_one(
    commits: Commits, memory_bus: MemoryBus, batches: list[MetricsBatchV2]
) -> None:
    commits.add([], PICTURES[0])
    commits.add([], PICTURES[1])
    await commits.send(checkpoint(2))
    await commits.send(checkpoint(2))
    commits.add([], PICTURES[2])
    await commits.renew()
    await commits.send(checkpoint(3))
    commits.add([], PICTURES[0])
    await commits.release()
    await memory_bus.settle()
    assert list(map(detected, batches)) == [PICTURES[:2], [], [], PICTURES[2:], []]


async def test_a_batch_carries_the_counts_of_zones_and_gates(
    commits: Commits, memory_bus: MemoryBus, batches: list[MetricsBatchV2]
) -> None:
    counts = SiteCounts(gates=(GateCounts(gate_id="north", forward={"car": 2}),))
    await commits.send(checkpoint(5), counts)
    await commits.renew()
    await memory_bus.settle()
    assert [batch.site_counts for batch in batches] == [counts, None]


async def test_a_batch_is_due_after_the_interval(commits: Commits, clock: FakeClock) -> None:
    await commits.send(checkpoint(5))
    assert not commits.is_due
    await clock.advance(0.25)
    assert commits.is_due


async def test_an_acknowledgement_covers_all_batches_before_it(commits: Commits) -> None:
    for frame in (5, 9):
        await commits.send(checkpoint(frame))
    commits.acknowledge(RUN_ID, EPOCH, 8)
    await commits.wait_for_all()


@pytest.mark.parametrize(("run_id", "epoch"), [("run-0", EPOCH), (RUN_ID, EPOCH - 1)])
async def test_answers_to_another_run_or_epoch_are_ignored(
    commits: Commits, clock: FakeClock, run_id: str, epoch: int
) -> None:
    await commits.send(checkpoint(5))
    commits.reject(run_id, epoch, "stale_epoch")
    commits.acknowledge(run_id, epoch, 7)
    await clock.advance(5)
    with pytest.raises(RunLost, match=r"batch 7 was not acknowledged within 5\.0 s"):
        await commits.wait_for_all()


async def test_the_run_is_lost_with_a_rejected_batch(commits: Commits) -> None:
    await commits.send(checkpoint(5))
    commits.reject(RUN_ID, EPOCH, "stale_epoch")
    with pytest.raises(RunLost, match="batch rejected: stale_epoch"):
        await commits.send(checkpoint(9))


async def test_a_release_has_no_events(commits: Commits, memory_bus: MemoryBus, batches: list[MetricsBatchV2]) -> None:
    commits.add([ENTERED])
    await commits.release()
    await memory_bus.settle()
    assert [(batch.releases, batch.events, batch.checkpoint.next_frame) for batch in batches] == [(True, (), 0)]
