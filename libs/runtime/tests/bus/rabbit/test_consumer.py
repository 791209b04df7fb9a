import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, cast

import aio_pika
import pytest

from onwatch_contracts.messages import Message, VideoCreatedV1, VideoDeletedV1
from onwatch_runtime.bus import PrivateQueue, SharedQueue
from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.consumer import UNORDERED_PREFETCH, RabbitConsumer
from onwatch_runtime.bus.rabbit.topology import PARTITIONS, partition_of
from onwatch_testkit.bus_suite import CHOSEN, EVENTS, ORDERED, WORK, created, fail_times, ids_of
from onwatch_testkit.recorder import FrameRecorder, Recorder
from onwatch_testkit.servers import RabbitServer
from onwatch_testkit.tcp_proxy import TcpProxy

pytestmark = pytest.mark.connected

OpenBus = Callable[..., Awaitable[RabbitBus]]
LIMIT_S = 120.0

HOLDER = """
import asyncio, sys
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_testkit.bus_suite import ORDERED, WORK

async def hold(message):
    print(message.message_id, flush=True)
    await asyncio.Event().wait()

async def main(url, namespace, name):
    bus = await RabbitBus(url, SystemClock(), namespace=namespace).open()
    await bus.subscribe({"work": WORK, "ordered": ORDERED}[name], hold)
    print("subscribed", flush=True)
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


class OrderCheck:
    """Records messages, and whether two of one video are ever handled at once."""

    def __init__(self, outcome: Callable[[Message], None] = lambda _: None) -> None:
        self.busy: Counter[str] = Counter()
        self.overlaps: list[str] = []
        self.handled: list[Message] = []
        self._outcome = outcome
        self._changed = asyncio.Condition()

    async def __call__(self, message: Message) -> None:
        self.busy[message.video_id] += 1
        if self.busy[message.video_id] > 1:
            self.overlaps.append(message.message_id)
        try:
            await asyncio.sleep(0.001)  # lets another handler run, if the dispatcher allowed it
            self._outcome(message)
            async with self._changed:
                self.handled.append(message)
                self._changed.notify_all()
        finally:
            self.busy[message.video_id] -= 1

    async def has_handled(self, count: int) -> None:
        async with asyncio.timeout(LIMIT_S), self._changed:
            await self._changed.wait_for(lambda: len(self.handled) >= count)

    def numbers_of(self, video_id: str) -> list[int]:
        return [int(m.message_id.rpartition("-")[2]) for m in self.handled if m.video_id == video_id]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(0.01)


def one_video_per_partition() -> list[str]:
    videos: dict[str, str] = {}
    number = 0
    while len(videos) < PARTITIONS:
        videos.setdefault(partition_of(f"video-{number}"), f"video-{number}")
        number += 1
    return list(videos.values())


@pytest.mark.parametrize(("name", "queue"), [("work", WORK), ("ordered", ORDERED)])
async def test_the_messages_of_a_killed_consumer_go_to_another(
    open_bus: OpenBus, rabbit_server: RabbitServer, name: str, queue: SharedQueue
):
    bus = await open_bus()
    command = [sys.executable, "-c", HOLDER, rabbit_server.url, bus.topology.namespace, name]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LIMIT_S):
            assert await process.stdout.readline() == b"subscribed\n"
            for number in range(3):
                await bus.publish(created(number))
            assert await process.stdout.readline() == b"a-0\n"
        recorder = Recorder()
        await bus.subscribe(queue, recorder)
    finally:
        process.kill()
        await asyncio.wait_for(process.communicate(), LIMIT_S)
    await recorder.has_handled(3)
    assert sorted(ids_of(recorder.handled)) == ["a-0", "a-1", "a-2"]
    if queue.ordered:
        assert ids_of(recorder.handled) == ["a-0", "a-1", "a-2"]


async def test_a_slow_consumer_prefetches_no_more_than_it_can_handle(open_bus: OpenBus):
    slow, quick = Recorder(held=True), Recorder()
    await (await open_bus()).subscribe(WORK, slow)
    bus = await open_bus()
    for number in range(UNORDERED_PREFETCH):
        await bus.publish(created(number))
    await slow.has_tried(UNORDERED_PREFETCH)
    await bus.subscribe(WORK, quick)
    for number in range(100, 150):
        await bus.publish(created(number))
    await quick.has_handled(50)
    assert len(slow.tried) == UNORDERED_PREFETCH
    slow.release()
    await slow.has_handled(UNORDERED_PREFETCH)


async def test_two_processes_divide_the_work_of_a_queue(open_bus: OpenBus):
    recorders = Recorder(), Recorder()
    for recorder in recorders:
        await (await open_bus()).subscribe(WORK, recorder)
    bus = await open_bus()
    for number in range(60):
        await bus.publish(created(number))
    await until(lambda: sum(len(recorder.handled) for recorder in recorders) >= 60)
    handled = [message_id for recorder in recorders for message_id in ids_of(recorder.handled)]
    assert sorted(handled) == sorted(f"a-{number}" for number in range(60))
    assert all(recorder.handled for recorder in recorders)


async def test_order_is_kept_over_two_processes_while_a_message_fails(open_bus: OpenBus):
    check = OrderCheck(fail_times(2, "a-5"))
    for _ in range(2):
        await (await open_bus()).subscribe(ORDERED, check)
    bus = await open_bus()
    videos = ["a", *one_video_per_partition()]
    for number in range(20):
        for video_id in videos:
            await bus.publish(created(number, video_id))
    await check.has_handled(20 * len(videos))
    for video_id in videos:
        assert check.numbers_of(video_id) == list(range(20))
    assert check.overlaps == []


async def test_the_partitions_of_an_ordered_queue_are_shared_without_losing_order(open_bus: OpenBus):
    checks = OrderCheck(), OrderCheck()
    consumers = []
    for check in checks:
        consumer = await (await open_bus()).subscribe(ORDERED, check)
        assert isinstance(consumer, RabbitConsumer)
        consumers.append(consumer)
    bus = await open_bus()
    videos = one_video_per_partition()

    async def publish(numbers: range) -> None:
        for number in numbers:
            for video_id in videos:
                await bus.publish(created(number, video_id))

    await publish(range(5))
    await checks[0].has_handled(5 * PARTITIONS)
    assert checks[1].handled == []  # the first consumer has all partitions
    publishing = asyncio.create_task(publish(range(5, 25)))
    await consumers[0].share_partitions()
    await publishing
    await until(lambda: sum(len(check.handled) for check in checks) >= 25 * PARTITIONS)
    assert len({message.video_id for message in checks[1].handled}) == PARTITIONS // 2
    for video_id in videos:
        # The second consumer continues where the first ended.
        assert checks[0].numbers_of(video_id) + checks[1].numbers_of(video_id) == list(range(25))
    await consumers[1].share_partitions()
    assert sum(each.is_active and not each.is_released for each in consumers[1].queue_consumers) == PARTITIONS // 2


async def test_the_next_consumer_continues_in_order_where_a_closed_one_ended(open_bus: OpenBus):
    first, second = OrderCheck(), OrderCheck()
    consumer = await (await open_bus()).subscribe(ORDERED, first)
    await (await open_bus()).subscribe(ORDERED, second)
    bus = await open_bus()
    for number in range(200):
        await bus.publish(created(number))
    await first.has_handled(5)
    await consumer.close()
    await until(lambda: len(first.handled) + len(second.handled) >= 200)
    assert first.numbers_of("a") + second.numbers_of("a") == list(range(200))


async def test_a_message_that_is_never_acknowledged_is_dead_lettered_by_the_broker(
    open_bus: OpenBus, rabbit_server: RabbitServer
):
    """Such as one that kills every process that handles it."""
    bus = await open_bus()
    await (await bus.subscribe(WORK, Recorder())).close()
    await bus.publish(created(1))
    async with await aio_pika.connect(rabbit_server.url) as connection, asyncio.timeout(LIMIT_S):
        dead = await (await connection.channel()).get_queue(bus.topology.dead_letters)
        deliveries = 0
        while (letter := await dead.get(fail=False, no_ack=True)) is None:
            async with connection.channel() as channel:  # closed with the message: RabbitMQ 4.3 counts no nack
                queue = await channel.get_queue(bus.topology.queue(WORK.name), ensure=False)
                deliveries += await queue.get(fail=False) is not None
    assert deliveries > 10
    assert letter.routing_key == "video.created.v1.a"
    assert letter.headers["x-first-death-reason"] == "delivery_limit"


async def test_a_handler_running_across_a_reconnect_is_not_overtaken_and_its_message_is_redelivered(
    open_bus: OpenBus, proxy: TcpProxy
):
    recorder = Recorder(held=True)
    bus = await open_bus(proxy.port)
    await bus.subscribe(ORDERED, recorder)
    other = await open_bus()
    await other.publish(created(1))
    await recorder.has_tried(1)
    proxy.reset()
    await other.publish(created(2))
    await until(lambda: proxy.connections_made > 1 and bus.connection.is_up)
    assert ids_of(recorder.tried) == ["a-1"]
    recorder.release()
    await recorder.has_handled(3)
    assert ids_of(recorder.handled) == ["a-1", "a-1", "a-2"]


@pytest.mark.parametrize("how", ["connection lost", "broker restarted"])
async def test_every_subscription_is_restored(
    open_bus: OpenBus, proxy: TcpProxy, rabbit_server: RabbitServer, how: str
):
    bus = await open_bus(proxy.port)
    work, ordered, events, chosen, frames = Recorder(), Recorder(), Recorder(), Recorder(), FrameRecorder()
    await bus.subscribe(WORK, work)
    await bus.subscribe(ORDERED, ordered)
    await bus.subscribe(EVENTS, events)
    chosen_consumer = await bus.subscribe(CHOSEN, chosen)
    frame_consumer = await bus.subscribe_frames(frames, capacity=4)
    paused = await bus.subscribe(SharedQueue("suite.paused", WORK.messages), Recorder())
    await paused.pause()
    for video_id in ("a", "c"):
        await chosen_consumer.bind(video_id)
        await frame_consumer.bind(video_id)
    await proxy.cut()
    if how == "broker restarted":
        await asyncio.to_thread(rabbit_server.restart)
    # Without a connection: the changes are applied to the next one.
    await chosen_consumer.bind("b")
    await frame_consumer.bind("b")
    await chosen_consumer.unbind("c")
    await frame_consumer.unbind("c")
    await proxy.repair()
    async with asyncio.timeout(LIMIT_S):
        await bus.connection.established()
    for video_id in ("a", "b", "c"):
        await bus.publish(created(1, video_id))
        await bus.publish_frame(video_id, b"picture")
    for recorder in (work, ordered, events):
        await recorder.has_handled(3)
    await chosen.has_handled(2)
    await frames.has(2)
    assert ids_of(chosen.handled) == ["a-1", "b-1"]
    assert frames.frames == [("a", b"picture"), ("b", b"picture")]
    await paused.resume()
    await bus.publish(created(2))
    await events.has_handled(4)
    assert len(events.handled) == 4


async def test_a_cancelled_bind_does_not_affect_the_connection(open_bus: OpenBus, proxy: TcpProxy):
    bus = await open_bus(proxy.port)
    recorder = Recorder()
    consumer = await bus.subscribe(CHOSEN, recorder)
    binding = asyncio.create_task(consumer.bind("a"))
    await asyncio.sleep(0)
    binding.cancel()
    await asyncio.gather(binding, return_exceptions=True)
    await consumer.bind("b")
    await bus.publish(created(1, "b"))
    await recorder.has_handled(1)
    assert proxy.connections_made == 1


async def test_a_connection_that_is_lost_while_a_video_is_unbound_is_opened_again(open_bus: OpenBus):
    bus = await open_bus()
    recorder = Recorder()
    consumer = await bus.subscribe(
        PrivateQueue("suite.two", (VideoCreatedV1, VideoDeletedV1), per_video=True), recorder
    )
    assert isinstance(consumer, RabbitConsumer)
    await consumer.bind("a")

    class LostQueue:
        """Its connection is lost while the first of two kinds of messages is unbound."""

        async def unbind(self, *_: object) -> None:
            if consumer._private is None:
                raise RuntimeError("the channel is closed")
            consumer.detach()

    consumer._private = cast("Any", LostQueue())
    await consumer.unbind("a")
    await consumer.bind("b")
    async with asyncio.timeout(LIMIT_S):
        await bus.connection.established()
    await bus.publish(created(1, "a"))
    await bus.publish(created(1, "b"))
    await recorder.has_handled(1)
    assert ids_of(recorder.handled) == ["b-1"]
