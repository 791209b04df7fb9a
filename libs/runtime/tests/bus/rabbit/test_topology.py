"""Names and arguments in RabbitMQ, which different versions of the program must share."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aio_pika.exceptions import ChannelNotFoundEntity

from onwatch_contracts.asyncapi import document
from onwatch_contracts.messages import DemandWantedV1, MetricsBatchV1, VideoCreatedV1
from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.rabbit.topology import (
    ATTEMPTS,
    DEAD_AT,
    FROM_QUEUE,
    MOST_PARTITIONS,
    PARTITIONS,
    REASON,
    Topology,
    dead_letter_headers,
    frames_arguments,
    kind_key,
    partition_of,
    private_arguments,
    shared_arguments,
)

BATCHES = SharedQueue("aggregator.batches", (MetricsBatchV1,), ordered=True)
FINISHED = SharedQueue("aggregator.finished", (VideoCreatedV1,))
DEMAND = SharedQueue("detector.demand", (DemandWantedV1,), ttl_s=2.0)


@pytest.mark.parametrize(("video_id", "partition"), [("a", "p3"), ("b", "p1"), ("video-1", "p1"), ("video-2", "p3")])
def test_a_videos_partition_never_changes(video_id: str, partition: str):
    """Otherwise two versions of the program would break the order of a video's messages."""
    assert partition_of(video_id) == partition


def test_videos_spread_over_all_partitions():
    found = [partition_of(f"video-{number}") for number in range(800)]
    assert sorted(set(found)) == [f"p{number}" for number in range(PARTITIONS)]
    assert max(found.count(partition) for partition in set(found)) < 2 * 800 / PARTITIONS


def test_a_binding_key_matches_all_videos_or_one():
    assert kind_key(VideoCreatedV1) == "video.created.v1.*"
    assert kind_key(VideoCreatedV1, "a") == "video.created.v1.a"


def test_a_shared_queue_is_replicated_and_dead_letters():
    arguments = shared_arguments(FINISHED, "onwatch.dead")
    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-dead-letter-exchange"] == "onwatch.dead"
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert "x-single-active-consumer" not in arguments


def test_an_ordered_queue_has_a_single_active_consumer():
    assert shared_arguments(BATCHES, "onwatch.dead")["x-single-active-consumer"] is True
    assert private_arguments()["x-single-active-consumer"] is True


def test_an_expired_message_is_not_dead_lettered():
    arguments = shared_arguments(DEMAND, "onwatch.dead")
    assert arguments["x-message-ttl"] == 2000
    assert "x-dead-letter-exchange" not in arguments


def test_a_frame_queue_drops_the_oldest():
    assert frames_arguments(3) == {"x-max-length": 3, "x-overflow": "drop-head"}


def test_the_number_of_partitions_can_be_found_by_asking() -> None:
    assert PARTITIONS <= MOST_PARTITIONS
    assert Topology().partitions_mark(PARTITIONS) == "onwatch.partitions.8"


def test_names_start_with_the_namespace():
    names = Topology("blue")
    assert (names.events, names.frames, names.dead_letters) == ("blue.events", "blue.frames", "blue.dead")
    assert names.queue_names(FINISHED) == ["blue.aggregator.finished"]
    assert names.queue_names(BATCHES) == [f"blue.aggregator.batches.p{number}" for number in range(PARTITIONS)]


def test_exclusive_names_are_unique():
    names = {Topology().exclusive_name("gateway.events") for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("onwatch.gateway.events.") for name in names)


def test_a_dead_letter_keeps_its_headers_and_gets_the_reason():
    headers = dead_letter_headers("aggregator.finished", "no such video", {"partition": "p1"})
    assert headers == {"partition": "p1", REASON: "no such video", FROM_QUEUE: "aggregator.finished"}

    at = datetime(2026, 1, 2, tzinfo=UTC)
    given = dead_letter_headers("q", "r", {}, at=at, attempts=8)
    assert given == {REASON: "r", FROM_QUEUE: "q", ATTEMPTS: 8, DEAD_AT: "2026-01-02T00:00:00+00:00"}


def test_the_description_for_integrators_names_these_exchanges() -> None:
    channels = document()["channels"]
    exchanges = {name: channels[name]["bindings"]["amqp"]["exchange"]["name"] for name in ("events", "frames")}
    assert exchanges == {"events": Topology().events, "frames": Topology().frames}


class BrokerThatImportsDefinitions:
    """Connection and channel in one: has everything but the mark of the partitions, which comes after a question."""

    def __init__(self, mark: str) -> None:
        self.missing = [mark]
        self.declared: list[str] = []

    async def channel(self, **_: Any) -> "BrokerThatImportsDefinitions":
        return self

    async def declare_exchange(self, name: str, *_: Any, passive: bool, **__: Any) -> None:
        if name in self.missing:
            self.missing.remove(name)
            raise ChannelNotFoundEntity(name)
        if ".partitions." in name and name != Topology().partitions_mark(PARTITIONS):
            raise ChannelNotFoundEntity(name)
        if not passive:
            self.declared.append(name)

    async def declare_queue(self, *_: Any, **__: Any) -> None: ...

    async def close(self) -> None: ...


async def test_a_broker_that_is_importing_the_mark_of_the_partitions_has_the_same_number():
    broker: Any = BrokerThatImportsDefinitions(Topology().partitions_mark(PARTITIONS))
    await Topology().declare_common(broker)
    assert (broker.missing, broker.declared) == ([], [])
