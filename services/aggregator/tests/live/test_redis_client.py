"""The client with a server that is slow, or whose connections break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.redis_client import connect_redis
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import Committed, Granted
from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_testkit.clock import FakeClock

UNREACHABLE = "redis://127.0.0.1:1/0"
PATIENCE_S = 60.0


async def test_a_client_connects_when_it_is_first_used():
    client = connect_redis(AggregatorSettings(redis_url=UNREACHABLE))
    with pytest.raises(StoreUnavailable, match="Redis is not reached"):
        await RedisLiveStore(client, Lifetimes()).check()
    await client.aclose()


class Relay:
    """A TCP relay to a server that can delay or drop answers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = asyncio.Event()
        self._open.set()
        self._requested = asyncio.Event()
        self._losing = False
        self._pumps: set[asyncio.Task[None]] = set()
        self.connections = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def hold(self) -> None:
        """Delay every answer from now on."""
        self._open.clear()
        self._requested.clear()

    def resume(self) -> None:
        self._open.set()

    def lose_next_answer(self) -> None:
        """Close the connection instead of passing on the next answer."""
        self._losing = True

    async def until_requested(self) -> None:
        """Wait until something was sent since `hold`."""
        await asyncio.wait_for(self._requested.wait(), PATIENCE_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        answers, requests = await asyncio.open_connection("127.0.0.1", self._port)
        for pumping in (self._send_requests(reader, requests), self._send_answers(answers, writer)):
            pump = asyncio.create_task(pumping)
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _send_requests(self, reader: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.read(65_536):
                requests.write(request)
                self._requested.set()
        finally:
            requests.close()

    async def _send_answers(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while answer := await answers.read(65_536):
                    await self._open.wait()
                    if self._losing:
                        self._losing = False
                        break
                    writer.write(answer)
        finally:
            writer.close()


@pytest.fixture
async def relay(redis_url: str) -> AsyncIterator[Relay]:
    relay = Relay(urlsplit(redis_url).port)
    await relay.start()
    yield relay
    await relay.stop()


@pytest.fixture
def settings(redis_url: str, relay: Relay) -> AggregatorSettings:
    """One connection, so that the next caller gets the same one."""
    slow = urlsplit(redis_url)._replace(netloc=f"127.0.0.1:{relay.port}").geturl()
    return AggregatorSettings(redis_url=slow, redis_connections=1, redis_timeout_s=PATIENCE_S)


@pytest.fixture
async def store(settings: AggregatorSettings) -> AsyncIterator[RedisLiveStore]:
    client = connect_redis(settings)
    await client.flushdb()
    yield RedisLiveStore(client, Lifetimes())
    await client.aclose()


@pytest.fixture
async def runs(store: RedisLiveStore, clock: FakeClock, make: Any) -> list[Granted]:
    """Two runs."""
    attempts = [make.attempt(clock.now(), video_id=name, new_run_id=f"run-{name}") for name in ("a", "b")]
    return [await store.claim(attempt) for attempt in attempts]


CALLS: dict[str, Callable[[RedisLiveStore, Any, Granted, FakeClock], Awaitable[Any]]] = {
    "a script": lambda store, make, run, clock: store.commit(make.batch(run, 1, video_id="a"), clock.now()),
    "a pipeline": lambda store, make, run, clock: store.run("a"),
    "a command": lambda store, make, run, clock: store.is_deleted("a"),
}


@pytest.mark.connected
@pytest.mark.parametrize("kind", CALLS)
async def test_after_a_call_is_cancelled_the_next_one_gets_its_own_answer(
    store: RedisLiveStore, relay: Relay, runs: list[Granted], make: Any, clock: FakeClock, kind: str
):
    for _ in range(3):
        relay.hold()
        calling = asyncio.ensure_future(CALLS[kind](store, make, runs[0], clock))
        await relay.until_requested()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        relay.resume()
        assert (await store.run("b")).record.run_id == "run-b"
        assert not await store.is_deleted("b")


@pytest.mark.connected
async def test_a_call_that_is_cancelled_while_it_waits_for_a_connection_takes_none_with_it(
    store: RedisLiveStore, relay: Relay, runs: list[Granted]
):
    relay.hold()
    first = asyncio.ensure_future(store.run("a"))
    await relay.until_requested()
    waiting = [asyncio.ensure_future(store.run("b")) for _ in range(3)]
    await asyncio.sleep(0)
    for call in waiting[:2]:
        call.cancel()
    relay.resume()
    assert (await first).record.run_id == "run-a"
    assert (await waiting[2]).record.run_id == "run-b"
    assert (await store.run("a")).record.run_id == "run-a"


@pytest.mark.connected
async def test_a_timeout_is_not_retried(settings: AggregatorSettings, relay: Relay, make: Any, clock: FakeClock):
    client = connect_redis(settings.model_copy(update={"redis_timeout_s": 0.2}))
    store = RedisLiveStore(client, Lifetimes())
    await store.check()
    connections = relay.connections
    relay.hold()
    with pytest.raises(StoreUnavailable, match="Timeout reading"):
        await store.run("a")
    assert relay.connections == connections
    relay.resume()
    assert not await store.is_deleted("a")
    await client.aclose()


@pytest.mark.connected
async def test_a_commit_whose_answer_was_lost_is_retried_and_counts_once(
    store: RedisLiveStore, relay: Relay, runs: list[Granted], make: Any, clock: FakeClock
):
    await store.commit(make.batch(runs[0], 1, video_id="a"), clock.now())  # from now on the server knows the script
    relay.lose_next_answer()
    answer = await store.commit(make.batch(runs[0], 2, make.entered(1, 0.1), video_id="a"), clock.now())
    assert isinstance(answer, Committed)
    assert answer.repeat
    assert answer.run.record.totals.total_vehicles_count == 1


@pytest.mark.connected
async def test_no_more_connections_are_made_than_the_settings_say(
    settings: AggregatorSettings, relay: Relay, store: RedisLiveStore, runs: list[Granted]
):
    client = connect_redis(settings.model_copy(update={"redis_connections": 3}))
    before = relay.connections
    await asyncio.gather(*(RedisLiveStore(client, Lifetimes()).run("a") for _ in range(50)))
    assert relay.connections - before <= 3
    await client.aclose()


@pytest.mark.connected
async def test_every_command_is_answered_when_connections_break_now_and_then(
    store: RedisLiveStore, redis_url: str, runs: list[Granted]
):
    admin = Redis.from_url(redis_url)
    for _ in range(5):
        await admin.client_kill_filter(_type="normal", skipme=True)
        assert (await store.run("a")).record.run_id == "run-a"
    await admin.aclose()
