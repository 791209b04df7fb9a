"""What is found is published, in order and at least once; videos without rules cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.alerts.loop import CHECK_INTERVAL_S, TURN_INTERVAL_S, AlertLoop
from onwatch_aggregator.alerts.records import Unpublished
from onwatch_aggregator.alerts.sql_store import SqlAlertStore
from onwatch_contracts.alerts import StayCondition
from onwatch_contracts.messages import AlertChangedV1, RulesChangedV1
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp
from onwatch_testkit.clock import FakeClock, until

STANDS = StayCondition(zone_id="left", more_than_s=2, clear_after_s=1)


def alerts(published: Any) -> list[AlertChangedV1]:
    return [message for message in published.messages if isinstance(message, AlertChangedV1)]


@pytest.fixture
async def raised(film: Any, add_rule: Any, loop: AlertLoop) -> AlertLoop:
    """A run with an alert that is raised and not published."""
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(8)
    await loop.evaluation.go_on("video")
    return loop


async def test_an_alert_is_published_when_it_is_raised_and_when_it_is_cleared(
    raised: AlertLoop, film: Any, published: Any
):
    await raised.publish()
    await film.play(film.batches_count - 8)
    raised.look_at("video")
    await raised.check()
    first, second, third = alerts(published)
    assert [one.change for one in (first, second, third)] == ["raised", "cleared", "raised"]
    assert first.alert_id == second.alert_id != third.alert_id
    assert (first.kind, first.zone_id, first.gate_id, first.place_name) == ("stay", "left", None, "Left half")
    assert (first.at_s, first.value, first.clear_reason) == (2.04, 2.04, None)
    assert second.raised_at_s == 2.04 < second.at_s
    assert second.value > 2.04
    assert second.link == "/videos/video?t=1.04"


async def test_an_alert_that_is_over_before_it_was_published_is_published_twice(
    film: Any, add_rule: Any, loop: AlertLoop, published: Any
):
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(film.batches_count)
    loop.look_at("video")
    await loop.check()
    of_first = [one.change for one in alerts(published) if one.raised_at_s == 2.04]
    assert of_first == ["raised", "cleared"]
    assert len(alerts(published)) == 3, "the last one is still raised"


async def test_a_bus_that_is_away_holds_nothing_up(raised: AlertLoop, published: Any):
    published.failing = BusUnavailable("away")
    with pytest.raises(BusUnavailable):
        await raised.publish()
    await raised.publish()
    await raised.publish()
    assert [one.change for one in alerts(published)] == ["raised"]


class DiesAfterPublishing(SqlAlertStore):
    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Sequence[Unpublished] | None]:
        async with super().publishing() as changes:
            yield changes
            raise RuntimeError("crash")


async def test_a_crash_after_the_publication_repeats_it(raised: AlertLoop, engine: AsyncEngine, published: Any):
    with pytest.raises(RuntimeError, match="crash"):
        await replace(raised, store=DiesAfterPublishing(engine)).publish()
    await raised.publish()
    first, second = alerts(published)
    assert (first.alert_id, first.change) == (second.alert_id, second.change)


async def test_only_videos_with_rules_are_looked_at(add_rule: Any, loop: AlertLoop, film: Any, published: Any):
    await add_rule("stands", STANDS)
    await loop.rules_changed("video")
    loop.committed("another")
    assert loop._due == {"video"}


def videos_with_new_rules(published: Any) -> list[str]:
    return [message.video_id for message in published.messages if isinstance(message, RulesChangedV1)]


async def test_a_change_of_rules_is_published_once_the_alerts_it_clears_are(
    raised: AlertLoop, store: SqlAlertStore, published: Any
):
    await raised.publish()
    await store.delete_rule("video", "stands")
    await raised.rules_changed("video")
    await raised.check()
    await raised.check()
    _, cleared, changed = published.messages
    assert (cleared.change, cleared.clear_reason) == ("cleared", "rule_changed")
    assert isinstance(changed, RulesChangedV1)


async def test_a_change_of_rules_is_published_when_the_bus_is_back(loop: AlertLoop, published: Any):
    published.failing = BusUnavailable("away")
    await loop.rules_changed("video")
    with pytest.raises(BusUnavailable):
        await loop.check()
    await loop.check()
    assert videos_with_new_rules(published) == ["video"]


async def test_the_loop_finds_and_publishes_what_batches_raise(
    film: Any, add_rule: Any, loop: AlertLoop, published: Any, clock: FakeClock
):
    await film.begin()
    await film.play(2)
    running = asyncio.create_task(loop.run())
    try:
        await add_rule("stands", STANDS)
        await loop.rules_changed("video")
        await film.play(6)
        loop.committed("video")
        await until(clock, lambda: bool(alerts(published)), "an alert is published")
    finally:
        loop.wake_up.close()
        await running
    assert [one.change for one in alerts(published)] == ["raised"]


async def test_what_could_not_be_looked_at_is_looked_at_again(raised: AlertLoop, around: Any, published: Any):
    async def fail() -> None:
        raise BusUnavailable("away")

    broken = replace(raised.evaluation, live=around(raised.evaluation.live, "run", "before", fail))
    loop = replace(raised, evaluation=broken)
    loop.look_at("video")
    with pytest.raises(BusUnavailable):
        await loop.check()
    assert loop._due == {"video"}
    await loop.check()
    assert loop._due == set()
    assert [one.change for one in alerts(published)] == ["raised"]


async def test_a_video_whose_alerts_cannot_be_found_holds_up_no_other(raised: AlertLoop, around: Any, published: Any):
    async def fail() -> None:
        raise ValueError("damaged")

    broken = replace(raised.evaluation, live=around(raised.evaluation.live, "run", "before", fail))
    loop = replace(raised, evaluation=broken)
    loop.look_at("a damaged one")
    loop.look_at("video")
    await loop.check()
    assert (loop._due, loop._failed) == (set(), {"a damaged one"})
    assert [one.change for one in alerts(published)] == ["raised"], "what was found is published all the same"


class OtherPublishes(SqlAlertStore):
    """While another aggregator publishes, and then not any more."""

    is_over = False

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Sequence[Unpublished] | None]:
        if not self.is_over:
            yield None
            return
        async with super().publishing() as changes:
            yield changes


class Pauses(WakeUp):
    def __init__(self) -> None:
        super().__init__()
        self.all_s: list[float] = []

    async def wait(self, clock: Clock, limit_s: float) -> None:
        self.all_s.append(limit_s)
        await super().wait(clock, limit_s)


async def test_while_another_aggregator_publishes_the_loop_waits_for_its_turn(
    raised: AlertLoop, engine: AsyncEngine, published: Any, clock: FakeClock
):
    store, pauses = OtherPublishes(engine), Pauses()
    loop = replace(raised, store=store, wake_up=pauses)
    running = asyncio.create_task(loop.run())
    try:
        await until(clock, lambda: len(pauses.all_s) > 2, "the loop has tried more than once")
        assert alerts(published) == []
        assert set(pauses.all_s) == {TURN_INTERVAL_S}
        store.is_over = True
        await until(clock, lambda: bool(alerts(published)), "the alert is published")
        await until(clock, lambda: pauses.all_s[-1] == CHECK_INTERVAL_S, "the loop waits for its next check")
    finally:
        loop.wake_up.close()
        await running
    assert [one.change for one in alerts(published)] == ["raised"]


async def test_what_a_finished_run_raised_is_left_to_the_loop_while_another_aggregator_publishes(
    film: Any, save_film: Any, add_rule: Any, loop: AlertLoop, engine: AsyncEngine, published: Any
):
    store = OtherPublishes(engine)
    loop = replace(loop, store=store)
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(film.batches_count)
    await save_film()
    await loop.finish("video", film.run.run_id)
    assert alerts(published) == []
    store.is_over = True
    await loop.check()
    assert [one.change for one in alerts(published)] == ["raised", "cleared", "raised", "cleared"]


async def test_two_that_publish_at_the_same_time_do_not_repeat_each_other(raised: AlertLoop, published: Any):
    await asyncio.gather(raised.publish(), raised.publish())
    assert [one.change for one in alerts(published)] == ["raised"]
