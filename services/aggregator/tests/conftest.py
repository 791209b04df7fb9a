"""Shared fixtures: stores, and builders of messages."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.alerts import AlertLoop, Evaluation, ProcessReplayer
from onwatch_aggregator.alerts.sql_store import SqlAlertStore
from onwatch_aggregator.handlers import Handlers
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.permissions import RULES
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import ClaimAttempt, Committed, Granted
from onwatch_aggregator.recounts.requests import Recounts
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.results.database import DATABASE, make_engine
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.deletion import Deletion
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.leases import LeaseWatch
from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_contracts.messages import Message, MetricsBatchV1, MetricsBatchV2
from onwatch_contracts.values import Checkpoint, Entered, ExitReason, Left, RunSettings, VehicleType, ZoneEvent
from onwatch_counting.log import LoggedBox, LoggedPicture, pack
from onwatch_runtime.bus import Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_runtime.process import WakeUp
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import RedisServer
from onwatch_testkit.sql.databases import Owned

# The tests' own in the shared server; emptied before each test.
REDIS_DATABASE = 7


class Make:
    """Builds values with defaults, so that a test names only what matters to it."""

    settings = RunSettings(duration_s=10.0, frames_per_second=25.0, detector_model="demo")

    def entered(self, vehicle_id: int, at_s: float, **changes: Any) -> Entered:
        given = {"visit_no": 1, "vehicle_type": VehicleType.CAR, **changes}
        return Entered(vehicle_id=vehicle_id, entered_at_s=at_s, **given)

    def left(self, vehicle_id: int, entered_at_s: float, left_at_s: float, **changes: Any) -> Left:
        given = {"visit_no": 1, "vehicle_type": VehicleType.CAR, "exit_reason": ExitReason.LEFT, **changes}
        return Left(vehicle_id=vehicle_id, entered_at_s=entered_at_s, left_at_s=left_at_s, **given)

    def batch(
        self, run: Granted, batch_no: int, *events: ZoneEvent, position_s: float | None = None, **changes: Any
    ) -> MetricsBatchV2:
        position_s = batch_no * 0.25 if position_s is None else position_s
        state = {"after": batch_no}
        seen = LoggedPicture(position_s, (LoggedBox(1, 10 * batch_no, 0, 10 * batch_no + 9, 9, 200, "car"),))
        given: dict[str, Any] = {"video_id": "video", "run_id": run.run_id, "epoch": run.epoch, **changes}
        given.setdefault("detections", base64.b64encode(pack([seen])).decode())
        return MetricsBatchV2(
            message_id=f"batch-{batch_no}",
            occurred_at=datetime.fromisoformat("2026-01-01T00:00:00Z"),
            batch_no=batch_no,
            events=events,
            checkpoint=Checkpoint(next_frame=batch_no * 6, position_s=position_s, state=state),
            **given,
        )

    def attempt(self, now: datetime, **changes: Any) -> ClaimAttempt:
        given: dict[str, Any] = {
            "video_id": "video",
            "worker_id": "worker-1",
            "requested_at": now,
            "settings": self.settings,
            "now": now,
            "new_run_id": "run-1",
            **changes,
        }
        return ClaimAttempt(**given)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


# --- stores: in one process, and on real servers ---------------------------------------


@pytest.fixture(params=["one process", pytest.param("servers", marks=pytest.mark.connected)])
def on_servers(request: pytest.FixtureRequest) -> bool:
    """Whether the test runs on Redis and PostgreSQL, or on fakeredis and SQLite."""
    return bool(request.param == "servers")


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url.removesuffix("/0") + f"/{REDIS_DATABASE}"


@pytest.fixture
async def redis(on_servers: bool, request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    """An empty Redis."""
    url = request.getfixturevalue("redis_url") if on_servers else None
    client = Redis.from_url(url) if url else FakeAsyncRedis(server=FakeServer())
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def permitted_redis(redis: Redis, on_servers: bool, request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    """The same Redis for a user with the aggregator's rights alone, which fakeredis does not know."""
    if not on_servers:
        yield redis
        return
    await redis.execute_command("ACL", "SETUSER", "aggregator", "reset", "on", ">secret", *RULES)
    url = request.getfixturevalue("redis_url")
    async with Redis.from_url(url, username="aggregator", password="secret") as client:
        yield client


@pytest.fixture
def live(permitted_redis: Redis) -> RedisLiveStore:
    return RedisLiveStore(permitted_redis, Lifetimes())


@pytest.fixture
def owned() -> Owned:
    return Owned(DATABASE, AggregatorSettings)


@pytest.fixture
def on_postgresql(on_servers: bool) -> bool:
    return on_servers


@pytest.fixture
async def engine(database: AggregatorSettings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database)
    yield engine
    await engine.dispose()


@pytest.fixture
def results(engine: AsyncEngine) -> SqlResultsStore:
    return SqlResultsStore(engine)


class Published:
    """A bus that records what is published, in order. `failing`: the error of the next publication."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self.messages: list[Message] = []
        self.failing: Exception | None = None

    async def publish(self, message: Message) -> None:
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error
        self.messages.append(message)
        await self._bus.publish(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    @property
    def names(self) -> list[str]:
        return [message.name for message in self.messages]


@pytest.fixture
def published(memory_bus: MemoryBus) -> Published:
    return Published(memory_bus)


@pytest.fixture
def publisher(published: Published, clock: FakeClock, ids: NewId) -> Publisher:
    return Publisher(published, clock, ids)


@pytest.fixture
def finishing(live: RedisLiveStore, results: SqlResultsStore, publisher: Publisher) -> Finishing:
    return Finishing(live, results, publisher, Instruments(CollectorRegistry()))


@pytest.fixture
def deletion(live: RedisLiveStore, results: SqlResultsStore, clock: FakeClock) -> Deletion:
    return Deletion(live, results, clock)


@pytest.fixture
def lease_watch(live: RedisLiveStore, publisher: Publisher, clock: FakeClock) -> LeaseWatch:
    return LeaseWatch.starting(live, publisher, clock, Instruments(CollectorRegistry()), lease_s=3.0, lost_after_s=7.0)


@pytest.fixture
def handlers(
    live: RedisLiveStore,
    results: SqlResultsStore,
    finishing: Finishing,
    publisher: Publisher,
    clock: FakeClock,
    engine: AsyncEngine,
) -> Handlers:
    recounts = Recounts(SqlRecountStore(engine), results, publisher)
    alert_store = SqlAlertStore(engine)
    evaluation = Evaluation(live, results, recounts.store, alert_store, ProcessReplayer(), clock)
    alerts = AlertLoop(evaluation, alert_store, publisher)
    return Handlers(live, results, finishing, publisher, clock, finishing.instruments, recounts, WakeUp(), alerts)


class Scene:
    """A run played into the live store: car 1 and truck 2 pass, car 1 comes back, and the video ends."""

    def __init__(self, live: RedisLiveStore, clock: FakeClock, make: Make) -> None:
        self._live, self._clock, self._make = live, clock, make

    async def claim(self, **changes: Any) -> Granted:
        granted = await self._live.claim(self._make.attempt(self._clock.now(), **changes))
        assert isinstance(granted, Granted), granted
        return granted

    def batches(self, run: Granted, **changes: Any) -> Sequence[MetricsBatchV1]:
        make, truck = self._make, VehicleType.TRUCK
        return [
            make.batch(run, 1, make.entered(1, 0.1, born_inside=True), **changes),
            make.batch(run, 2, make.entered(2, 0.3, vehicle_type=truck), make.left(1, 0.1, 1 / 3), **changes),
            make.batch(run, 3, make.entered(1, 0.7, visit_no=2), **changes),
            make.batch(
                run,
                4,
                make.left(2, 0.3, 1.1, vehicle_type=truck, exit_reason=ExitReason.TRACK_LOST),
                make.left(1, 0.7, 10.0, visit_no=2, exit_reason=ExitReason.END_OF_VIDEO),
                position_s=10.0,
                final=True,
                **changes,
            ),
        ]

    async def commit(self, batches: Sequence[MetricsBatchV1]) -> None:
        for batch in batches:
            assert isinstance(await self._live.commit(batch, self._clock.now()), Committed)

    async def finished(self, **changes: Any) -> Granted:
        """A run whose final batch is committed `10.25` s after its claim, and which is not in SQL yet."""
        run = await self.claim(**changes)
        self._clock_moves(timedelta(seconds=10.25))
        await self.commit(self.batches(run, video_id=changes.get("video_id", "video")))
        return run

    def _clock_moves(self, by: timedelta) -> None:
        self._clock._elapsed_s += by.total_seconds()


@pytest.fixture
def scene_on(clock: FakeClock, make: Make) -> Callable[[RedisLiveStore], Scene]:
    return lambda live: Scene(live, clock, make)


@pytest.fixture
def scene(scene_on: Callable[[RedisLiveStore], Scene], live: RedisLiveStore) -> Scene:
    return scene_on(live)


class Around:
    """A port that runs an action once, before or after one of its methods: a crash, or a concurrent change."""

    def __init__(self, port: Any, method: str, when: str, action: Callable[[], Awaitable[None]]) -> None:
        self._port, self._method, self._when, self._action = port, method, when, action
        self.done = False

    def __getattr__(self, name: str) -> Any:
        return self._call if name == self._method else getattr(self._port, name)

    async def _call(self, *args: Any) -> Any:
        if self._when == "before":
            await self._act()
        answer = await getattr(self._port, self._method)(*args)
        if self._when == "after":
            await self._act()
        return answer

    async def _act(self) -> None:
        if not self.done:
            self.done = True
            await self._action()


@pytest.fixture
def around() -> type[Around]:
    return Around
