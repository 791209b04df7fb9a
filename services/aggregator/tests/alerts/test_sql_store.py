"""Rules, plans and alerts in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from onwatch_aggregator.alerts.records import AlertQuery, PageKey, StoredPlan, Unpublished
from onwatch_aggregator.alerts.sql_store import SqlAlertStore
from onwatch_aggregator.results.database import make_engine
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.alerts import ClearReason, NothingSeenCondition
from onwatch_contracts.site import Site
from onwatch_counting.alerts import AlertChange, AlertPlan, Cleared, PlannedRule, Raised
from onwatch_testkit.clock import FakeClock

QUIET = NothingSeenCondition(for_s=2)
RULE = PlannedRule(rule_id="rule", revision=1, name="Quiet", condition=QUIET)
PLAN = StoredPlan("run-1", "video", AlertPlan(site=Site(), rules=(RULE,)))


def raised(at_s: float) -> AlertChange:
    return AlertChange(RULE, Raised(at_s, 2.0))


def cleared(raised_at_s: float, at_s: float) -> AlertChange:
    return AlertChange(RULE, Cleared(raised_at_s, at_s, 7.5, ClearReason.OVER))


def published(change: Unpublished) -> str:
    return f"{change.change} {change.alert.raised_at_s:g}"


async def test_rules_of_a_video_are_bounded(store: SqlAlertStore, add_rule: Any, recounts: Any):
    first = await add_rule("a", QUIET)
    assert await store.rules("video") == [first]
    assert not await store.add_rule(replace(first, rule_id="b"), most=1)
    assert await store.add_rule(replace(first, rule_id="b", video_id="another"), most=1)
    assert await store.watched_videos() == {"video", "another"}


async def test_a_rule_is_changed_by_one_at_a_time(store: SqlAlertStore, add_rule: Any):
    rule = await add_rule("a", QUIET)
    disabled = replace(rule, is_enabled=False, revision=2)
    assert await store.change_rule(rule, disabled)
    assert not await store.change_rule(rule, replace(rule, name="Other", revision=2))
    assert await store.rules("video") == [disabled]
    assert await store.watched_videos() == frozenset()


async def test_a_rule_is_deleted_once(store: SqlAlertStore, add_rule: Any):
    await add_rule("a", QUIET)
    assert not await store.delete_rule("another", "a")
    assert await store.delete_rule("video", "a")
    assert not await store.delete_rule("video", "a")


async def test_a_plan_has_versions(store: SqlAlertStore):
    assert await store.plan("run-1") is None
    assert await store.put_plan(PLAN)
    assert not await store.put_plan(PLAN), "another one was the first"
    stored = await store.plan("run-1")
    assert stored == replace(PLAN, version=1)
    assert await store.put_plan(replace(stored, is_finished=True))
    assert not await store.put_plan(stored)


async def test_what_is_found_twice_is_kept_once(store: SqlAlertStore, clock: FakeClock):
    for _ in range(2):
        await store.book(PLAN, [raised(3.0), cleared(3.0, 5.0)], clock.now())
        await clock.advance(1)
    await store.book(PLAN, [AlertChange(RULE, Cleared(3.0, 9.0, 1.0, ClearReason.END_OF_VIDEO))], clock.now())
    (alert,) = await store.list(AlertQuery("video"))
    assert (alert.raised_at_s, alert.cleared_at_s, alert.value, alert.peak_value) == (3.0, 5.0, 2.0, 7.5)
    assert alert.clear_reason is ClearReason.OVER
    assert alert == await store.alert("video", alert.alert_id)
    assert await store.alert("another", alert.alert_id) is None


async def test_pages_are_newest_first_and_without_gaps(store: SqlAlertStore, clock: FakeClock):
    await store.book(PLAN, [raised(at_s) for at_s in (1.0, 2.0, 3.0)], clock.now())
    await clock.advance(60)
    await store.book(PLAN, [raised(4.0), cleared(4.0, 5.0)], clock.now())
    query, seen = AlertQuery("video", limit=1), []
    while page := await store.list(query):
        seen += [alert.raised_at_s for alert in page]
        query = replace(query, after=PageKey.parsed(PageKey.of(page[-1]).cursor))
    assert seen == [4.0, 3.0, 2.0, 1.0]
    assert await store.counts("video") == (3, 4)
    assert await store.counts(None) == (3, 4)
    assert await store.counts("another") == (0, 0)


async def test_alerts_are_filtered(store: SqlAlertStore, clock: FakeClock):
    before = clock.now()
    await store.book(PLAN, [raised(1.0), cleared(1.0, 2.0)], before)
    await clock.advance(60)
    await store.book(replace(PLAN, video_id="another", run_id="run-2"), [raised(4.0)], clock.now())

    async def found(**changes: Any) -> list[float]:
        return [alert.raised_at_s for alert in await store.list(AlertQuery(**changes))]

    assert await found() == [4.0, 1.0]
    assert await found(video_id="video") == [1.0]
    assert await found(state="open") == [4.0]
    assert await found(state="closed") == [1.0]
    assert await found(rule_id="none") == []
    assert await found(since=before + timedelta(seconds=1)) == [4.0]
    assert await found(until=before + timedelta(seconds=1)) == [1.0]


async def test_an_alert_is_acknowledged_by_the_first(store: SqlAlertStore, clock: FakeClock):
    await store.book(PLAN, [raised(1.0)], clock.now())
    (alert,) = await store.list(AlertQuery("video"))
    at = clock.now()
    assert await store.acknowledge("video", alert.alert_id, "anna", at)
    await clock.advance(5)
    assert await store.acknowledge("video", alert.alert_id, "ben", clock.now())
    assert not await store.acknowledge("another", alert.alert_id, "ben", clock.now())
    known = await store.alert("video", alert.alert_id)
    assert known is not None
    assert (known.acknowledged_at, known.acknowledged_by) == (at, "anna")
    assert await store.counts("video") == (1, 0)


async def test_changes_are_published_one_after_the_other(store: SqlAlertStore, clock: FakeClock):
    await store.book(PLAN, [raised(1.0), cleared(1.0, 2.0), raised(3.0)], clock.now())
    with pytest.raises(RuntimeError):  # noqa: PT012 the error is raised within the context
        async with store.publishing() as changes:
            assert [published(change) for change in changes or ()] == ["raised 1"]
            raise RuntimeError("it is not published")
    seen = []
    while True:
        async with store.publishing() as changes:
            seen += [published(change) for change in changes or ()]
        if not changes:
            break
    assert changes == []
    assert seen == ["raised 1", "cleared 1", "raised 3"]


@pytest.mark.connected
async def test_one_process_publishes_at_a_time_and_another_goes_on_where_it_died(
    postgres_with_tables: AggregatorSettings, clock: FakeClock
):
    engines = [make_engine(postgres_with_tables.model_copy(update={"database_pool_size": 1})) for _ in range(2)]
    first, second = map(SqlAlertStore, engines)
    await first.book(PLAN, [raised(1.0)], clock.now())
    with pytest.raises(RuntimeError):  # noqa: PT012 the error is raised within the context
        async with first.publishing() as changes:
            assert [published(change) for change in changes or ()] == ["raised 1"]
            async with second.publishing() as others:
                assert others is None
            raise RuntimeError("killed")
    async with second.publishing() as changes:
        assert [published(change) for change in changes or ()] == ["raised 1"]
    async with first.publishing() as changes:
        assert changes == []
    for engine in engines:
        await engine.dispose()


async def test_the_finished_runs_of_a_video_keep_their_alerts(store: SqlAlertStore, clock: FakeClock):
    await store.book(PLAN, [raised(1.0)], clock.now())
    await store.discard_open("video", "run-1")
    assert (await store.counts("video"))[0] == 1
    assert await store.watched_videos() == {"video"}, "also without a rule"
    await store.discard_open("video", "run-2")
    assert await store.watched_videos() == frozenset()
    (alert,) = await store.list(AlertQuery("video"))
    assert (alert.clear_reason, alert.cleared_at_s) == (ClearReason.RUN_DISCARDED, 1.0)
