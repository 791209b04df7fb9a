"""Names and arguments in RabbitMQ: what several versions of a program must agree on."""

import pytest

from onwatch_contracts.messages import DemandWantedV1, MetricsBatchV1, VideoCreatedV1
from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.rabbit.topology import (
    FROM_QUEUE,
    PARTITIONS,
    REASON,
    Topology,
    dead_headers,
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
    """Between two programs that disagreed, the messages of a video would lose their order."""
    assert partition_of(video_id) == partition


def test_videos_spread_over_all_partitions():
    found = [partition_of(f"video-{number}") for number in range(800)]
    assert sorted(set(found)) == [f"p{number}" for number in range(PARTITIONS)]
    assert max(found.count(partition) for partition in set(found)) < 2 * 800 / PARTITIONS


def test_a_key_is_for_all_videos_or_for_one():
    assert kind_key(VideoCreatedV1) == "video.created.v1.*"
    assert kind_key(VideoCreatedV1, "a") == "video.created.v1.a"


def test_what_must_not_be_lost_is_replicated_and_dead_lettered():
    arguments = shared_arguments(FINISHED, "onwatch.dead")
    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-dead-letter-exchange"] == "onwatch.dead"
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert "x-single-active-consumer" not in arguments


def test_where_order_matters_one_consumer_at_a_time_takes():
    assert shared_arguments(BATCHES, "onwatch.dead")["x-single-active-consumer"] is True
    assert private_arguments()["x-single-active-consumer"] is True


def test_what_expired_is_no_dead_letter():
    arguments = shared_arguments(DEMAND, "onwatch.dead")
    assert arguments["x-message-ttl"] == 2000
    assert "x-dead-letter-exchange" not in arguments


def test_frames_push_out_the_oldest():
    assert frames_arguments(3) == {"x-max-length": 3, "x-overflow": "drop-head"}


def test_names_are_kept_apart_by_namespace():
    names = Topology("blue")
    assert (names.events, names.frames, names.dead) == ("blue.events", "blue.frames", "blue.dead")
    assert names.parts(FINISHED) == ["blue.aggregator.finished"]
    assert names.parts(BATCHES) == [f"blue.aggregator.batches.p{number}" for number in range(PARTITIONS)]


def test_a_queue_of_one_connection_never_has_an_old_name():
    names = {Topology().one_connections("gateway.events") for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("onwatch.gateway.events.") for name in names)


def test_a_dead_letter_says_why_and_keeps_what_it_had():
    headers = dead_headers("aggregator.finished", "no such video", {"partition": "p1"})
    assert headers == {"partition": "p1", REASON: "no such video", FROM_QUEUE: "aggregator.finished"}
