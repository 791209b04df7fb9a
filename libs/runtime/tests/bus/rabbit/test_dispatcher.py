from __future__ import annotations

import asyncio

import pytest

from onwatch_contracts.messages import Message
from onwatch_runtime.bus import BusCounts, Reject
from onwatch_runtime.bus.rabbit.dispatcher import Dispatcher
from onwatch_runtime.bus.rabbit.topology import Topology
from onwatch_runtime.bus.retry import DEFAULT_POLICY
from onwatch_testkit.bus_suite import created, ids_of
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.recorder import Recorder


class FakeQueueConsumer:
    def __init__(self) -> None:
        self.in_flight = 0
        self.takes_no_more = False
        self.ended = asyncio.Event()

    async def close_if_idle(self) -> None:
        """It stays open."""


class FakeDelivery:
    def __init__(self, message: Message, consumer: FakeQueueConsumer) -> None:
        self.consumer = consumer
        self.routing_key, self.video_id, self.message_id = message.routing_key, message.video_id, message.message_id
        self.body, self.headers = message.model_dump_json().encode(), {"partition": "p1"}
        self.answer = ""

    async def acknowledge(self) -> None:
        self.answer = "acknowledged"

    async def requeue(self) -> None:
        self.answer = "requeued"


class FakePublisher:
    def __init__(self) -> None:
        self.reasons: list[str] = []

    async def send(self, exchange: str, key: str, message_id: str, body: bytes, headers: dict[str, str]) -> None:
        self.reasons.append(headers["x-onwatch-reason"])


@pytest.fixture
def consumer() -> FakeQueueConsumer:
    return FakeQueueConsumer()


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


def dispatcher(handler: Recorder, publisher: FakePublisher, *, ordered: bool) -> Dispatcher:
    return Dispatcher(
        "suite.work",
        handler,
        ordered=ordered,
        publisher=publisher,  # type: ignore[arg-type]  # only `send` is called
        topology=Topology(),
        clock=FakeClock(),
        policy=DEFAULT_POLICY,
        counts=BusCounts(),
    )


@pytest.mark.parametrize(("ordered", "tried"), [(True, ["a-1", "b-1"]), (False, ["a-1", "a-2", "b-1"])])
async def test_with_order_the_messages_of_a_video_are_handled_one_at_a_time(
    consumer: FakeQueueConsumer, publisher: FakePublisher, ordered: bool, tried: list[str]
):
    recorder = Recorder(held=True)
    dispatching = dispatcher(recorder, publisher, ordered=ordered)
    for message in (created(1), created(2), created(1, "b")):
        dispatching.dispatch(FakeDelivery(message, consumer))
    await settle()
    assert ids_of(recorder.tried) == tried
    recorder.release()
    await dispatching.finished()
    assert len(recorder.handled) == 3
    assert dispatching.is_idle


async def test_a_handled_message_is_acknowledged(consumer: FakeQueueConsumer, publisher: FakePublisher):
    dispatching, delivery = dispatcher(Recorder(), publisher, ordered=True), FakeDelivery(created(1), consumer)
    dispatching.dispatch(delivery)
    await dispatching.finished()
    assert delivery.answer == "acknowledged"


async def test_a_message_is_acknowledged_once_it_is_dead_lettered(
    consumer: FakeQueueConsumer, publisher: FakePublisher
):
    def reject(_: Message) -> None:
        raise Reject("no such video")

    dispatching, delivery = dispatcher(Recorder(reject), publisher, ordered=True), FakeDelivery(created(1), consumer)
    dispatching.dispatch(delivery)
    await dispatching.finished()
    assert (publisher.reasons, delivery.answer) == (["no such video"], "acknowledged")


@pytest.mark.parametrize(("ordered", "answer"), [(True, ""), (False, "requeued")])
async def test_a_message_that_waits_for_its_next_attempt_is_abandoned_when_the_consumer_ends(
    consumer: FakeQueueConsumer, publisher: FakePublisher, ordered: bool, answer: str
):
    """With order it is not requeued alone: closing the channel keeps its place."""

    def fail(_: Message) -> None:
        raise RuntimeError("no such column")

    dispatching, delivery = dispatcher(Recorder(fail), publisher, ordered=ordered), FakeDelivery(created(1), consumer)
    dispatching.dispatch(delivery)
    await settle()
    consumer.ended.set()
    await dispatching.finished()
    assert delivery.answer == answer
