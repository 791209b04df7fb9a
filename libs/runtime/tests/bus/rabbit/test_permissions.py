from __future__ import annotations

import re

import pytest

from onwatch_contracts.messages import DemandWantedV1, MetricsBatchV1, VideoCreatedV1, VideoDeletedV1
from onwatch_runtime.bus import PrivateQueue, SharedQueue
from onwatch_runtime.bus.rabbit.permissions import NOTHING, Part, permissions_of, topic_permissions_of
from onwatch_runtime.bus.rabbit.topology import Topology, kind_key

ORDERED = SharedQueue("lamp.batches", (MetricsBatchV1,), ordered=True)
PLAIN = SharedQueue("lamp.deleted", (VideoDeletedV1,))
PRIVATE = PrivateQueue("lamp.events", (DemandWantedV1,), per_video=True)
NAMES = Topology()


def matches(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


@pytest.mark.parametrize("queue", [ORDERED, PLAIN])
def test_a_consumer_declares_and_reads_its_queues(queue: SharedQueue):
    found = permissions_of(Part(consumes=[queue]), NAMES)
    for name in NAMES.queue_names(queue):
        assert matches(found.configure, name)
        assert matches(found.write, name)
        assert matches(found.read, name)
        assert not matches(found.read, f"{name}.more")
        assert not matches(found.read, f"x{name}")


def test_a_private_queue_has_a_random_name():
    found = permissions_of(Part(consumes=[PRIVATE], receives_frames=True), NAMES)
    for name in ("lamp.events", "frames"):
        assert matches(found.configure, NAMES.exclusive_name(name))
    assert not matches(found.configure, NAMES.queue("lamp.events"))


def test_nobody_declares_or_deletes_what_all_share():
    found = permissions_of(Part(consumes=[ORDERED, PLAIN, PRIVATE], publishes=[VideoCreatedV1]), NAMES)
    assert not matches(found.configure, NAMES.events)
    assert not matches(found.configure, NAMES.dead_letters)
    assert not matches(found.configure, NAMES.partitions_mark(NAMES.partitions + 1))
    assert not matches(found.read, NAMES.dead_letters), "dead letters may be anybody's"


def test_a_publisher_publishes_its_kinds_only():
    found = permissions_of(Part(publishes=[VideoCreatedV1]), NAMES)
    assert matches(found.write, NAMES.events)
    assert not matches(found.read, NAMES.events)
    events, dead = topic_permissions_of(Part(publishes=[VideoCreatedV1]), NAMES)
    assert matches(events.write, kind_key(VideoCreatedV1, "a"))
    assert not matches(events.write, kind_key(VideoDeletedV1, "a"))
    assert not matches(events.write, "video.created.v10.a")
    assert (events.read, dead.write, dead.read) == (NOTHING, NOTHING, NOTHING)


def test_a_consumer_binds_and_dead_letters_its_kinds_only():
    part = Part(consumes=[PLAIN, PRIVATE])
    events, dead = topic_permissions_of(part, NAMES)
    for message in (VideoDeletedV1, DemandWantedV1):
        assert matches(events.read, kind_key(message))
        assert matches(events.read, kind_key(message, "a"))
        assert matches(dead.write, kind_key(message, "a"))
    assert not matches(events.read, "#")
    assert not matches(events.read, kind_key(MetricsBatchV1))
    assert matches(permissions_of(part, NAMES).write, NAMES.dead_letters)


def test_frames_have_a_sender_and_a_receiver():
    sender, receiver = Part(sends_frames=True), Part(receives_frames=True)
    assert matches(permissions_of(sender, NAMES).write, NAMES.frames)
    assert not matches(permissions_of(sender, NAMES).read, NAMES.frames)
    assert matches(permissions_of(receiver, NAMES).read, NAMES.frames)
    assert not matches(permissions_of(receiver, NAMES).write, NAMES.frames)


def test_everybody_may_record_the_number_of_partitions():
    assert matches(permissions_of(Part(), NAMES).configure, NAMES.partitions_mark(NAMES.partitions))


def test_a_part_without_messages_may_do_nothing_with_them():
    found = permissions_of(Part(), NAMES)
    assert (found.write, found.read) == (NOTHING, NOTHING)
