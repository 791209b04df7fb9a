"""MQTT for tests: a broker in memory, and an observer of a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiomqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from onwatch_catalog.mqtt import OFFLINE, BrokerUnavailable, Topics
from onwatch_testkit.servers import HOST

PATIENCE_S = 60.0


@dataclass
class MemoryConnection:
    """Fails as soon as the broker has ended it."""

    broker: MemoryMqtt
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, topic: str, payload: str) -> None:
        await self._until_confirmed()
        self.broker.keep(topic, payload)

    async def publish_event(self, topic: str, payload: str) -> None:
        await self._until_confirmed()
        self.broker.events.append((topic, payload))

    async def _until_confirmed(self) -> None:
        await self.broker.confirming.wait()
        if self.ended.is_set():
            raise BrokerUnavailable("the connection has ended")

    async def retained(self) -> AsyncIterator[tuple[str, str]]:
        for item in list(self.broker.retained.items()):
            if item[0].startswith(f"{self.broker.topics.prefix}/"):
                yield item
        await self.ended.wait()
        raise BrokerUnavailable("the connection has ended")


@dataclass
class MemoryMqtt:
    """A broker for one client. A test may let it be away, be slow, or end the connection."""

    topics: Topics
    retained: dict[str, str] = field(default_factory=dict)
    published: list[tuple[str, str]] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False
    attempts: int = 0
    confirming: asyncio.Event = field(default_factory=asyncio.Event)
    _connection: MemoryConnection | None = None

    def __post_init__(self) -> None:
        self.confirming.set()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[MemoryConnection]:
        self.attempts += 1
        if self.is_away:
            raise BrokerUnavailable("the broker is away")
        self._connection = MemoryConnection(self)
        try:
            yield self._connection
        finally:
            self._connection = None

    def keep(self, topic: str, payload: str) -> None:
        self.published.append((topic, payload))
        if payload:
            self.retained[topic] = payload
        else:
            self.retained.pop(topic, None)

    def end_connection(self) -> None:
        """As when the network fails: the last will is published."""
        assert self._connection is not None, "nobody is connected"
        self._connection.ended.set()
        self.keep(self.topics.status, OFFLINE)


@dataclass
class MqttObserver:
    """What a real broker retains, as one of its clients learns it, and the events that it passes on."""

    topics: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def events_at(self, topic: str) -> list[str]:
        return [payload for published, payload in self.events if published == topic]

    async def until(self, condition: Callable[[dict[str, str]], bool], what: str) -> None:
        """Wait for the topics to meet the condition; `AssertionError` naming `what` otherwise."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition(self.topics):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise AssertionError(f"not within {PATIENCE_S:g} s: {what}; there is {self.topics}") from error

    async def follow(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            payload = message.payload.decode()
            if not message.retain:
                self.events.append((str(message.topic), payload))
            elif payload:
                self.topics[str(message.topic)] = payload
            else:
                self.topics.pop(str(message.topic), None)
            self._changed.set()


@asynccontextmanager
async def observed(port: int) -> AsyncIterator[MqttObserver]:
    """Follow everything at the broker at this port of this machine."""
    observer = MqttObserver()
    async with aiomqtt.Client(HOST, port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        # As published: else what is retained from now on could not be told from events.
        await client.subscribe("#", options=SubscribeOptions(qos=1, retainAsPublished=True))
        following = asyncio.create_task(observer.follow(client))
        try:
            yield observer
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
