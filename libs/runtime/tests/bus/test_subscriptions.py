from onwatch_contracts.messages import Message, VideoCreatedV1, VideoDeletedV1
from onwatch_runtime.bus import PrivateQueue, SharedQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.subscriptions import Subscription, subscribed
from onwatch_testkit.bus_suite import created


class Handlers:
    def __init__(self) -> None:
        self.handled: list[Message] = []

    async def on_created(self, message: VideoCreatedV1) -> None:
        self.handled.append(message)


CREATED = Subscription(SharedQueue("test.created", (VideoCreatedV1,)), Handlers.on_created)
DELETED = Subscription(PrivateQueue("test.deleted", (VideoDeletedV1,)), Handlers.on_created)


async def test_messages_reach_the_handlers_until_the_context_is_left(memory_bus: MemoryBus):
    handlers = Handlers()
    async with subscribed(memory_bus, (CREATED, DELETED), handlers) as consumers:
        assert len(consumers) == 2
        await memory_bus.publish(created(1))
        await memory_bus.settle()
    await memory_bus.publish(created(2))
    assert handlers.handled == [created(1)]
