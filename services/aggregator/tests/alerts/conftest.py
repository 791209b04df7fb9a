"""A video with a site, a run played into the live store, and everything that finds its alerts."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.alerts.administration import AlertAdministration
from onwatch_aggregator.alerts.evaluation import Evaluation
from onwatch_aggregator.alerts.loop import AlertLoop
from onwatch_aggregator.alerts.records import AlertQuery, StoredRule
from onwatch_aggregator.alerts.replaying import WholeRun
from onwatch_aggregator.alerts.sql_store import SqlAlertStore
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import Granted
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import StoredSite
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.alerts import Alert, AlertCondition, NothingSeenCondition, StayCondition
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_counting.alerts import AlertChange, AlertWatch
from onwatch_counting.log import LoggedBox, LoggedPicture, pack, unpack
from onwatch_counting.tables import ObservedSpans
from onwatch_runtime.bus import Publisher
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock

FPS = 25
BATCH_PICTURES = 10
END_S = 10.0
STANDS = StayCondition(zone_id="left", more_than_s=2, clear_after_s=1)
QUIET = NothingSeenCondition(for_s=2, clear_after_s=0)


def pictures() -> Sequence[LoggedPicture]:
    """A car stands in the left half up to 3.5 s and drives away; from 7 s on another one stands there."""
    return [LoggedPicture(n / FPS, tuple(_boxes(n / FPS))) for n in range(int(END_S * FPS))]


def _boxes(at_s: float) -> Iterator[LoggedBox]:
    if at_s < 4.5:
        x = 8000 + round(max(0.0, at_s - 3.5) * 23_000)
        yield LoggedBox(1, x, 16000, x + 1500, 18000, 200, "car", ())
    if at_s >= 7:
        yield LoggedBox(2, 3000, 8000, 4500, 10000, 200, "car", ())


class InlineReplayer:
    """As the process, in this one."""

    async def changes(self, run: WholeRun, log: AsyncIterator[bytes]) -> tuple[AlertChange, ...]:
        watch = AlertWatch(run.plan, ObservedSpans(run.period_s).max_gap_s)
        changes = [change async for chunk in log for picture in unpack(chunk) for change in watch.observe(picture)]
        return (*changes, *watch.finish(run.end_s))


@pytest.fixture
def store(engine: AsyncEngine) -> SqlAlertStore:
    return SqlAlertStore(engine)


@pytest.fixture
async def recounts(engine: AsyncEngine) -> SqlRecountStore:
    left = SiteZone(zone_id="left", name="Left half", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
    middle = Gate(gate_id="middle", name="Middle", points=((0.5, 0.0), (0.5, 1.0)))
    recounts = SqlRecountStore(engine)
    await recounts.put_site("video", StoredSite(1, Site(zones=(Site().zones[0], left), gates=(middle,))))
    return recounts


@pytest.fixture
def evaluation(
    live: RedisLiveStore, results: SqlResultsStore, recounts: SqlRecountStore, store: SqlAlertStore, clock: FakeClock
) -> Evaluation:
    return Evaluation(live, results, recounts, store, InlineReplayer(), clock)


@pytest.fixture
def loop(evaluation: Evaluation, store: SqlAlertStore, publisher: Publisher) -> AlertLoop:
    return AlertLoop(evaluation, store, publisher)


@pytest.fixture
def administration(
    store: SqlAlertStore, evaluation: Evaluation, loop: AlertLoop, clock: FakeClock, ids: NewId
) -> AlertAdministration:
    return AlertAdministration(store, evaluation, loop, clock, ids)


AddRule = Callable[..., Awaitable[StoredRule]]


@pytest.fixture
def add_rule(store: SqlAlertStore, clock: FakeClock) -> AddRule:
    async def add(rule_id: str, condition: AlertCondition, video_id: str = "video") -> StoredRule:
        now = clock.now()
        rule = StoredRule(rule_id, video_id, f"Rule {rule_id}", condition, True, 1, now, now)
        assert await store.add_rule(rule, 32)
        return rule

    return add


class Film:
    """The run of the pictures, one batch after the other."""

    def __init__(self, live: RedisLiveStore, clock: FakeClock, make: Any) -> None:
        self._live, self._clock, self._make = live, clock, make
        self._pictures = pictures()
        self.batches_count = -(-len(self._pictures) // BATCH_PICTURES)
        self.run: Granted
        self._next_no = 1

    async def begin(self, run_id: str = "run-1") -> None:
        granted = await self._live.claim(self._make.attempt(self._clock.now(), new_run_id=run_id))
        assert isinstance(granted, Granted)
        self.run, self._next_no = granted, 1

    async def play(self, count: int) -> None:
        """Commit the next batches; the last one is final."""
        for number in range(self._next_no, self._next_no + count):
            await self._live.commit(self.batch(number), self._clock.now())
        self._next_no += count

    @property
    def played_count(self) -> int:
        return self._next_no - 1

    def batch(self, number: int) -> Any:
        shown = self._pictures[(number - 1) * BATCH_PICTURES : number * BATCH_PICTURES]
        final = number == self.batches_count
        return self._make.batch(
            self.run,
            number,
            position_s=END_S if final else shown[-1].timestamp_s,
            final=final,
            detections=base64.b64encode(pack(shown)).decode(),
        )


@pytest.fixture
def film(live: RedisLiveStore, clock: FakeClock, make: Any) -> Film:
    return Film(live, clock, make)


@pytest.fixture
def save_film(finishing: Finishing, film: Film) -> Callable[[], Awaitable[None]]:
    async def save() -> None:
        await finishing.finish("video", film.run.run_id)

    return save


@pytest.fixture
def found(store: SqlAlertStore) -> Callable[[], Awaitable[list[Alert]]]:
    """What is in the store, without the clock."""

    async def alerts() -> list[Alert]:
        listed = await store.list(AlertQuery(video_id="video"))
        same = {"raised_at": FakeClock().now()}
        return sorted((one.model_copy(update=same) for one in listed), key=lambda one: (one.raised_at_s, one.rule_id))

    return alerts
