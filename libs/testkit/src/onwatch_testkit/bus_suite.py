"""The guarantees of the bus port, as tests that every adapter passes.

An adapter's test module subclasses `BusSuite` and overrides the fixture `harness`. A test that an adapter cannot pass
is named in `cannot`, with the reason for skipping it.

`BusUnavailable` is tested by each adapter: they become unreachable in different ways.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import ClassVar

import pytest

from onwatch_contracts import samples
from onwatch_contracts.messages import MESSAGES, Message, VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus import (
    Bus,
    BusCounts,
    Consumer,
    PartitionsDiffer,
    PrivateQueue,
    Reject,
    RetryPolicy,
    SharedQueue,
)
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.observe import current_traceparent
from onwatch_testkit.recorder import PATIENCE_S, FrameRecorder, Recorder

# Short, because an adapter with a real broker waits in real time; with a maximum, so that the maximum is tested too.
POLICY = RetryPolicy(max_attempts=5, backoff=Backoff(first_delay_s=0.2, max_delay_s=0.5))
DELAYS_S = (0.2, 0.4, 0.5, 0.5)
MARGIN_S = 0.05
TIMER_EARLY_S = 0.01  # how much before its time an event loop may fire a timer
TTL_S = 0.5

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class VideoCreatedV2(Message):
    """A version newer than this program, which does not know its schema."""

    name: ClassVar[str] = "video.created"
    version: ClassVar[int] = 2
    publisher: ClassVar[str] = "catalog"


class VideoPaintedV1(Message):
    """A kind of message that this program does not know."""

    name: ClassVar[str] = "video.painted"
    publisher: ClassVar[str] = "catalog"


@dataclass(frozen=True)
class Dead:
    """A dead letter, as reported by a harness."""

    routing_key: str
    body: bytes
    reason: str


class BusHarness(ABC):
    """A bus under test, made with `POLICY`, and how the suite controls it from outside."""

    bus: Bus

    @abstractmethod
    async def inject(self, kind: str, video_id: str, body: bytes) -> None:
        """Publish any bytes, as another program could; `kind` is `<name>.v<version>`."""

    @abstractmethod
    async def join(self, *, partitions: int) -> None:
        """Connect another process, whose ordered queues have so many partitions, and close it again."""

    @abstractmethod
    async def settled(self) -> None:
        """Return when no message handler runs, no message waits that a consumer could take, and published frames are
        delivered (a frame handler may still run)."""

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let time pass for retries and expiring messages, and let everything due then happen."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds on the clock that retries wait on."""

    @abstractmethod
    async def dead_letters(self) -> Sequence[Dead]: ...


def created(number: int, video_id: str = "a") -> VideoCreatedV1:
    """The `number`-th message about the video."""
    return VideoCreatedV1(
        message_id=f"{video_id}-{number}", occurred_at=datetime(2026, 1, 1, tzinfo=UTC), video_id=video_id
    )


def ids_of(messages: Sequence[Message]) -> list[str]:
    return [message.message_id for message in messages]


def fail(_: Message) -> None:
    raise RuntimeError("the store failed")


def fail_times(count: int, message_id: str) -> Callable[[Message], None]:
    """Fails `count` times for one message, then succeeds."""
    left = [RuntimeError("the store failed")] * count

    def outcome(message: Message) -> None:
        if message.message_id == message_id and left:
            raise left.pop()

    return outcome


WORK = SharedQueue("suite.work", (VideoCreatedV1, VideoUpdatedV1))
ORDERED = SharedQueue("suite.ordered", (VideoCreatedV1,), ordered=True)
SHORT_LIVED = SharedQueue("suite.short-lived", (VideoCreatedV1,), ttl_s=TTL_S)
EVENTS = PrivateQueue("suite.events", (VideoCreatedV1,))
CHOSEN = PrivateQueue("suite.chosen", (VideoCreatedV1,), per_video=True)
PARTLY = PrivateQueue("suite.partly", (VideoCreatedV1, VideoDeletedV1), per_video=True, of_all_videos=(VideoDeletedV1,))


class BusSuite:
    """Subclass it as `Test...`, override `harness`, and name in `cannot` the tests the adapter cannot pass."""

    cannot: ClassVar[Mapping[str, str]] = {}
    """Name of a test of the suite -> why this adapter does not pass it."""

    @pytest.fixture
    def harness(self) -> BusHarness:
        raise NotImplementedError("the adapter's test module provides the harness")

    @pytest.fixture
    def bus(self, harness: BusHarness, request: pytest.FixtureRequest) -> Bus:
        if reason := self.cannot.get(request.function.__name__):
            pytest.skip(reason)
        return harness.bus

    def test_the_skipped_tests_exist(self) -> None:
        assert not [name for name in self.cannot if not hasattr(BusSuite, name)]

    # --- delivery --------------------------------------------------------------------------------

    @pytest.mark.parametrize("sample", samples.MESSAGES, ids=lambda sample: type(sample).__name__)
    async def test_a_message_is_delivered_exactly_as_published(self, bus: Bus, sample: Message) -> None:
        recorder = Recorder()
        await bus.subscribe(SharedQueue("suite.all", MESSAGES), recorder)
        await bus.publish(sample)
        await recorder.has_handled(1)
        assert recorder.handled == [sample]
        assert type(recorder.handled[0]) is type(sample)

    async def test_a_queue_gets_only_its_kinds_of_message(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        await bus.subscribe(EVENTS, recorder)
        await bus.publish(VideoDeletedV1(message_id="d", occurred_at=datetime.now(UTC), video_id="a"))
        await bus.publish(created(1))
        await harness.settled()
        assert ids_of(recorder.handled) == ["a-1"]

    async def test_a_handler_runs_in_the_trace_of_its_message(self, bus: Bus) -> None:
        traces: list[str | None] = []
        recorder = Recorder(lambda _: traces.append(current_traceparent()))
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1).model_copy(update={"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}))
        await recorder.has_handled(1)
        assert traces[0] is not None
        assert traces[0].split("-")[1] == TRACE_ID

    async def test_a_handler_may_publish(self, bus: Bus, harness: BusHarness) -> None:
        answers = Recorder()

        async def answer(message: Message) -> None:
            await bus.publish(VideoUpdatedV1(message_id="u", occurred_at=message.occurred_at, video_id="a"))

        await bus.subscribe(EVENTS, answer)
        await bus.subscribe(SharedQueue("suite.answers", (VideoUpdatedV1,)), answers)
        await bus.publish(created(1))
        await answers.has_handled(1)

    # --- shared queues ---------------------------------------------------------------------------

    async def test_consumers_of_a_shared_queue_share_its_messages(self, bus: Bus, harness: BusHarness) -> None:
        first, second = Recorder(), Recorder()
        await bus.subscribe(WORK, first)
        await bus.subscribe(WORK, second)
        for number in range(20):
            await bus.publish(created(number))
        await harness.settled()
        handled = ids_of(first.handled) + ids_of(second.handled)
        assert sorted(handled) == sorted(f"a-{number}" for number in range(20))

    async def test_queues_of_other_names_get_their_own_copy(self, bus: Bus) -> None:
        one, other = Recorder(), Recorder()
        await bus.subscribe(WORK, one)
        await bus.subscribe(SharedQueue("suite.other-work", (VideoCreatedV1,)), other)
        await bus.publish(created(1))
        await one.has_handled(1)
        await other.has_handled(1)

    async def test_a_shared_queue_keeps_messages_without_consumers(self, bus: Bus) -> None:
        await (await bus.subscribe(ORDERED, Recorder())).close()
        for number in range(3):
            await bus.publish(created(number))
        late = Recorder()
        await bus.subscribe(ORDERED, late)
        await late.has_handled(3)
        assert ids_of(late.handled) == ["a-0", "a-1", "a-2"]

    async def test_a_message_published_before_the_queue_was_declared_is_not_kept(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        await bus.publish(created(1))
        recorder = Recorder()
        await bus.subscribe(WORK, recorder)
        await harness.settled()
        assert recorder.tried == []

    async def test_a_shared_queue_cannot_be_declared_in_two_ways(self, bus: Bus) -> None:
        await bus.subscribe(WORK, Recorder())
        with pytest.raises(ValueError, match=r"suite\.work"):
            await bus.subscribe(SharedQueue(WORK.name, WORK.messages, ttl_s=1.0), Recorder())

    async def test_a_message_is_dropped_after_its_time_to_live(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumer = await bus.subscribe(SHORT_LIVED, recorder)
        await consumer.pause()
        await bus.publish(created(1))
        await harness.pass_time(TTL_S + MARGIN_S)
        await consumer.resume()
        await bus.publish(created(2))
        await recorder.has_handled(1)
        await harness.settled()
        assert ids_of(recorder.tried) == ["a-2"]

    # --- order -----------------------------------------------------------------------------------

    async def test_an_ordered_queue_keeps_the_order_of_a_video_over_several_consumers(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        recorder = Recorder()
        for _ in range(3):
            await bus.subscribe(ORDERED, recorder)
        for number in range(30):
            await bus.publish(created(number, "a" if number % 2 else "b"))
        await harness.settled()
        for video_id in ("a", "b"):
            numbers = [int(message.message_id[2:]) for message in recorder.handled if message.video_id == video_id]
            assert len(numbers) == 15
            assert numbers == sorted(numbers)

    async def test_messages_of_one_video_are_handled_one_at_a_time_others_concurrently(self, bus: Bus) -> None:
        recorder = Recorder(held=True)
        for _ in range(2):
            await bus.subscribe(ORDERED, recorder)
        for message in (created(1), created(2), created(1, "b")):
            await bus.publish(message)
        await recorder.has_tried(2)
        assert sorted(ids_of(recorder.tried)) == ["a-1", "b-1"]
        recorder.release()
        await recorder.has_handled(3)

    async def test_a_failing_message_is_retried_in_place_and_not_overtaken(self, bus: Bus, harness: BusHarness) -> None:
        fail_twice = fail_times(2, "a-1")

        def wait_for_the_other_video(message: Message) -> None:
            """However late the broker delivers it."""
            fail_twice(message)
            if message.message_id == "a-1" and "b-1" not in ids_of(recorder.handled):
                raise Unavailable("until the other video was handled")

        recorder = Recorder(wait_for_the_other_video)
        for _ in range(2):
            await bus.subscribe(ORDERED, recorder)
        for message in (created(1), created(2), created(1, "b")):
            await bus.publish(message)
        await recorder.has_handled(1)
        assert ids_of(recorder.handled) == ["b-1"]
        await harness.pass_time(sum(DELAYS_S[:2]) + MARGIN_S)
        await recorder.has_handled(3)
        assert ids_of(recorder.handled) == ["b-1", "a-1", "a-2"]

    # --- private queues --------------------------------------------------------------------------

    async def test_each_private_queue_gets_its_own_copy_even_under_one_name(self, bus: Bus) -> None:
        recorders = [Recorder(), Recorder()]
        for recorder in recorders:
            await bus.subscribe(EVENTS, recorder)
        await bus.publish(created(1))
        for recorder in recorders:
            await recorder.has_handled(1)

    async def test_a_private_queue_keeps_the_order_of_a_video(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder(fail_times(1, "a-0"))
        await bus.subscribe(EVENTS, recorder)
        for number in range(5):
            await bus.publish(created(number))
        await recorder.has_tried(1)
        await harness.pass_time(DELAYS_S[0] + MARGIN_S)
        await recorder.has_handled(5)
        assert ids_of(recorder.handled) == [f"a-{number}" for number in range(5)]

    async def test_a_private_queue_is_deleted_with_its_consumer(self, bus: Bus, harness: BusHarness) -> None:
        await (await bus.subscribe(EVENTS, Recorder())).close()
        await bus.publish(created(1))
        recorder = Recorder()
        await bus.subscribe(EVENTS, recorder)
        await harness.settled()
        assert recorder.tried == []

    async def test_a_queue_per_video_gets_only_the_videos_it_is_bound_to(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumer = await bus.subscribe(CHOSEN, recorder)
        await bus.publish(created(1))
        await consumer.bind("a")
        await bus.publish(created(2))
        await bus.publish(created(1, "b"))
        await harness.settled()
        await consumer.unbind("a")
        await bus.publish(created(3))
        await harness.settled()
        assert ids_of(recorder.handled) == ["a-2"]

    async def test_a_queue_may_get_some_kinds_of_all_videos_and_others_of_bound_ones_in_order(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        recorder = Recorder()
        consumer = await bus.subscribe(PARTLY, recorder)
        await consumer.bind("a")
        for video_id in ("a", "b"):
            await bus.publish(created(1, video_id))
            await bus.publish(
                VideoDeletedV1(message_id=f"{video_id}-gone", occurred_at=datetime.now(UTC), video_id=video_id)
            )
        await harness.settled()
        await consumer.unbind("a")
        await bus.publish(created(2, "a"))
        await harness.settled()
        assert [id_ for id_ in ids_of(recorder.handled) if id_.startswith("a")] == ["a-1", "a-gone"]
        assert [id_ for id_ in ids_of(recorder.handled) if id_.startswith("b")] == ["b-gone"]

    async def test_binding_and_unbinding_are_idempotent(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumer = await bus.subscribe(CHOSEN, recorder)
        await consumer.unbind("a")
        await consumer.bind("a")
        await consumer.bind("a")
        await bus.publish(created(1))
        await harness.settled()
        await consumer.unbind("a")
        await consumer.unbind("a")
        await bus.publish(created(2))
        await harness.settled()
        assert ids_of(recorder.handled) == ["a-1"]

    # --- pause and resume ------------------------------------------------------------------------

    async def test_a_paused_consumer_takes_nothing_until_it_resumes(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumer = await bus.subscribe(WORK, recorder)
        await consumer.pause()
        await bus.publish(created(1))
        await harness.settled()
        assert recorder.tried == []
        await consumer.resume()
        await recorder.has_handled(1)

    async def test_a_paused_consumer_leaves_messages_to_others(self, bus: Bus) -> None:
        busy, free = Recorder(), Recorder()
        await (await bus.subscribe(WORK, busy)).pause()
        await bus.subscribe(WORK, free)
        await bus.publish(created(1))
        await free.has_handled(1)
        assert busy.tried == []

    async def test_a_running_handler_ends_normally_when_its_consumer_is_paused(self, bus: Bus) -> None:
        recorder = Recorder(held=True)
        consumer = await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        await recorder.has_tried(1)
        await consumer.pause()
        recorder.release()
        await recorder.has_handled(1)

    async def test_a_handler_may_pause_its_own_consumer(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumers: list[Consumer] = []

        async def take_one(message: Message) -> None:
            await consumers[0].pause()
            await recorder(message)

        consumers.append(await bus.subscribe(ORDERED, take_one))
        await bus.publish(created(1))
        await recorder.has_handled(1)
        await bus.publish(created(2))
        await harness.settled()
        assert ids_of(recorder.handled) == ["a-1"]
        await consumers[0].resume()
        await recorder.has_handled(2)

    # --- partitions ------------------------------------------------------------------------------

    async def test_a_process_with_another_number_of_partitions_cannot_connect(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        await bus.subscribe(ORDERED, recorder := Recorder())
        await harness.join(partitions=8)
        for partitions in (4, 16):
            with pytest.raises(PartitionsDiffer, match=f"have 8 partitions .* would use {partitions}"):
                await harness.join(partitions=partitions)
        await harness.join(partitions=8)
        await bus.publish(created(1))
        await recorder.has_handled(1)

    # --- close -----------------------------------------------------------------------------------

    async def test_closing_waits_for_the_running_handler_and_leaves_the_rest_to_others(self, bus: Bus) -> None:
        recorder = Recorder(held=True)
        consumer = await bus.subscribe(ORDERED, recorder)
        await bus.publish(created(1))
        await bus.publish(created(2))
        await recorder.has_tried(1)
        closing = asyncio.create_task(consumer.close())
        await asyncio.sleep(0)
        assert not closing.done()
        recorder.release()
        await closing
        assert ids_of(recorder.handled) == ["a-1"]
        other = Recorder()
        await bus.subscribe(ORDERED, other)
        await other.has_handled(1)
        assert ids_of(other.handled) == ["a-2"]

    async def test_closing_is_idempotent(self, bus: Bus) -> None:
        consumer = await bus.subscribe(WORK, Recorder())
        await asyncio.gather(consumer.close(), consumer.close())
        await consumer.close()

    async def test_a_handler_may_close_its_own_consumer(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        consumers: list[Consumer] = []

        async def take_one(message: Message) -> None:
            await consumers[0].close()
            await recorder(message)

        consumers.append(await bus.subscribe(ORDERED, take_one))
        await bus.publish(created(1))
        await recorder.has_handled(1)
        await bus.publish(created(2))
        await harness.settled()
        assert ids_of(recorder.handled) == ["a-1"]

    async def test_two_handlers_may_close_their_consumer_at_once(self, bus: Bus) -> None:
        recorder = Recorder(held=True)
        consumers: list[Consumer] = []

        async def close_it(message: Message) -> None:
            await recorder(message)
            await consumers[0].close()

        consumers.append(await bus.subscribe(ORDERED, close_it))
        await bus.publish(created(1, "a"))
        await bus.publish(created(1, "b"))
        await recorder.has_tried(2)
        recorder.release()
        await recorder.has_handled(2)
        async with asyncio.timeout(PATIENCE_S):
            await consumers[0].close()

    async def test_a_message_that_waits_for_its_next_attempt_is_requeued_when_its_consumer_closes(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        failing = Recorder(fail)
        consumer = await bus.subscribe(ORDERED, failing)
        await bus.publish(created(1))
        await bus.publish(created(2))
        await failing.has_tried(1)
        await consumer.close()
        other = Recorder()
        await bus.subscribe(ORDERED, other)
        await other.has_handled(2)
        assert ids_of(other.handled) == ["a-1", "a-2"]
        assert not await harness.dead_letters()

    async def test_closing_the_bus_closes_every_consumer_and_is_idempotent(self, bus: Bus) -> None:
        await bus.subscribe(WORK, Recorder())
        await bus.subscribe(EVENTS, Recorder())
        await bus.subscribe_frames(FrameRecorder(), capacity=1)
        await bus.close()
        await bus.close()

    # --- failures --------------------------------------------------------------------------------

    async def test_a_rejected_message_is_dead_lettered_at_once_with_the_reason(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        def reject(_: Message) -> None:
            raise Reject("the video was never uploaded")

        recorder = Recorder(reject)
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        await harness.settled()
        (dead,) = await harness.dead_letters()
        assert dead.reason == "the video was never uploaded"
        assert bus.counts == BusCounts(failed_attempts=0, dead_letters=Counter({WORK.name: 1}))
        assert dead.routing_key == "video.created.v1.a"
        assert VideoCreatedV1.model_validate_json(dead.body) == created(1)
        assert len(recorder.tried) == 1

    async def test_a_failing_message_is_tried_again_with_growing_delay_and_then_dead_lettered(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        tried_at_s: list[float] = []

        def note_and_fail(message: Message) -> None:
            tried_at_s.append(harness.monotonic())
            fail(message)

        recorder = Recorder(note_and_fail)
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        for attempt, delay_s in enumerate(DELAYS_S, start=1):
            await recorder.has_tried(attempt)
            await harness.pass_time(delay_s)
        await recorder.has_tried(POLICY.max_attempts)
        await harness.settled()
        (dead,) = await harness.dead_letters()
        assert "failed 5 times" in dead.reason
        assert bus.counts == BusCounts(failed_attempts=4, dead_letters=Counter({WORK.name: 1}))
        assert "the store failed" in dead.reason
        assert len(recorder.tried) == POLICY.max_attempts
        # In real time a busy machine may take longer, but never less.
        waited_s = [later - earlier for earlier, later in pairwise(tried_at_s)]
        assert all(waited >= delay - TIMER_EARLY_S for waited, delay in zip(waited_s, DELAYS_S, strict=True)), waited_s

    async def test_a_message_that_finally_succeeds_is_not_dead_lettered(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder(fail_times(2, "a-1"))
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        await recorder.has_tried(1)
        await harness.pass_time(sum(DELAYS_S[:2]) + MARGIN_S)
        await recorder.has_handled(1)
        await harness.settled()
        assert len(recorder.tried) == 3
        assert not await harness.dead_letters()

    async def test_a_message_is_tried_until_an_unavailable_store_is_back(self, bus: Bus, harness: BusHarness) -> None:
        def unavailable_for_long(_: Message) -> None:
            if len(recorder.tried) <= 3 * POLICY.max_attempts:
                raise Unavailable("the store does not answer")

        recorder = Recorder(unavailable_for_long)
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        for attempt in range(1, 3 * POLICY.max_attempts + 1):
            await recorder.has_tried(attempt)
            await harness.pass_time(POLICY.backoff.max_delay_s + MARGIN_S)
        await recorder.has_handled(1)
        await harness.settled()
        assert not await harness.dead_letters()

    async def test_a_cancelled_wait_inside_a_handler_is_an_ordinary_failure(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        def cancelled_once(message: Message) -> None:
            if len(recorder.tried) == 1:
                raise asyncio.CancelledError("a call inside was cancelled")

        recorder = Recorder(cancelled_once)
        await bus.subscribe(WORK, recorder)
        await bus.publish(created(1))
        await recorder.has_tried(1)
        await harness.pass_time(DELAYS_S[0] + MARGIN_S)
        await recorder.has_handled(1)

    async def test_a_consumer_continues_after_a_dead_letter(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        await bus.subscribe(ORDERED, recorder)
        await harness.inject("video.created.v1", "a", b"not json")
        await bus.publish(created(1))
        await recorder.has_handled(1)
        assert len(await harness.dead_letters()) == 1

    @pytest.mark.parametrize("body", [b"", b"not json", b"{}", b"[]", b"\xff\xfe", b'{"video_id": "a", "speed": 3}'])
    async def test_a_body_that_does_not_fit_the_schema_is_dead_lettered(
        self, bus: Bus, harness: BusHarness, body: bytes
    ) -> None:
        recorder = Recorder()
        await bus.subscribe(WORK, recorder)
        await harness.inject("video.created.v1", "a", body)
        await harness.settled()
        (dead,) = await harness.dead_letters()
        assert (dead.routing_key, dead.body) == ("video.created.v1.a", body)
        assert "video.created.v1" in dead.reason
        assert recorder.tried == []

    @pytest.mark.parametrize("message_class", [VideoCreatedV2, VideoPaintedV1])
    async def test_an_unknown_kind_of_message_is_dead_lettered(
        self, bus: Bus, harness: BusHarness, message_class: type[Message]
    ) -> None:
        """As after a downgrade: the queue still has the bindings of the newer version."""
        recorder = Recorder()
        await bus.subscribe(SharedQueue("suite.newer", (message_class,)), recorder)
        await bus.publish(message_class(message_id="n", occurred_at=datetime.now(UTC), video_id="a"))
        await harness.settled()
        (dead,) = await harness.dead_letters()
        assert f"{message_class.name}.v{message_class.version}" in dead.reason
        assert recorder.tried == []

    async def test_a_queue_gets_no_other_version_of_a_message(self, bus: Bus, harness: BusHarness) -> None:
        recorder = Recorder()
        await bus.subscribe(WORK, recorder)
        await harness.inject("video.created.v2", "a", b"{}")
        await harness.settled()
        assert recorder.tried == []
        assert not await harness.dead_letters()

    # --- frames ----------------------------------------------------------------------------------

    async def test_a_frame_reaches_only_consumers_bound_to_its_video(self, bus: Bus) -> None:
        bound, elsewhere, unbound = FrameRecorder(), FrameRecorder(), FrameRecorder()
        await (await bus.subscribe_frames(bound, capacity=4)).bind("a")
        await (await bus.subscribe_frames(elsewhere, capacity=4)).bind("b")
        await bus.subscribe_frames(unbound, capacity=4)
        await bus.publish_frame("a", b"picture")
        await bus.publish_frame("b", b"other picture")
        await bound.has(1)
        await elsewhere.has(1)
        assert bound.frames == [("a", b"picture")]
        assert elsewhere.frames == [("b", b"other picture")]
        assert unbound.frames == []

    async def test_publishing_a_frame_without_consumers_is_no_error(self, bus: Bus) -> None:
        await bus.publish_frame("a", b"picture")

    async def test_frames_published_before_the_bind_or_after_the_unbind_are_not_delivered(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        recorder = FrameRecorder()
        consumer = await bus.subscribe_frames(recorder, capacity=4)
        await bus.publish_frame("a", b"early")
        await harness.settled()
        await consumer.bind("a")
        await consumer.bind("a")
        await bus.publish_frame("a", b"in time")
        await recorder.gets(b"in time")
        await consumer.unbind("a")
        await consumer.unbind("a")
        await bus.publish_frame("a", b"late")
        await consumer.bind("b")
        await bus.publish_frame("b", b"another video")
        await recorder.gets(b"another video")
        assert recorder.frames == [("a", b"in time"), ("b", b"another video")]

    async def test_a_slow_handler_gets_the_newest_frames_and_the_oldest_are_dropped(
        self, bus: Bus, harness: BusHarness
    ) -> None:
        recorder = FrameRecorder(held=True)
        await (await bus.subscribe_frames(recorder, capacity=2)).bind("a")
        await bus.publish_frame("a", b"000")
        await recorder.has(1)
        for number in range(1, 50):
            await bus.publish_frame("a", b"%03d" % number)
        await harness.settled()
        recorder.release()
        await recorder.gets(b"049")
        bodies = [body for _, body in recorder.frames]
        assert bodies == sorted(bodies)
        assert len(bodies) <= 1 + 2

    async def test_a_failing_frame_does_not_stop_the_next(self, bus: Bus) -> None:
        recorder = FrameRecorder(fails_on=b"broken")
        await (await bus.subscribe_frames(recorder, capacity=4)).bind("a")
        await bus.publish_frame("a", b"broken")
        await recorder.gets(b"broken")
        await bus.publish_frame("a", b"whole")
        await recorder.gets(b"whole")

    async def test_a_closed_frame_consumer_gets_no_frames_and_closing_is_idempotent(self, bus: Bus) -> None:
        closed, witness = FrameRecorder(held=True), FrameRecorder()
        consumer = await bus.subscribe_frames(closed, capacity=4)
        await consumer.bind("a")
        await (await bus.subscribe_frames(witness, capacity=4)).bind("a")
        await bus.publish_frame("a", b"first")
        await closed.has(1)
        await consumer.close()
        await consumer.close()
        await bus.publish_frame("a", b"second")
        await witness.gets(b"second")
        assert closed.frames == [("a", b"first")]

    async def test_a_frame_handler_may_close_its_own_consumer(self, bus: Bus) -> None:
        seen, witness = FrameRecorder(), FrameRecorder()

        async def take_one(video_id: str, body: bytes) -> None:
            await consumer.close()
            await seen(video_id, body)

        consumer = await bus.subscribe_frames(take_one, capacity=4)
        await consumer.bind("a")
        await (await bus.subscribe_frames(witness, capacity=4)).bind("a")
        await bus.publish_frame("a", b"first")
        await seen.has(1)
        await bus.publish_frame("a", b"second")
        await witness.gets(b"second")
        assert seen.frames == [("a", b"first")]

    # --- health ----------------------------------------------------------------------------------

    async def test_a_reachable_bus_passes_its_check(self, bus: Bus) -> None:
        await bus.check()
