"""Alerts of a run under way and of a finished one: the same, whatever crashes meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from onwatch_aggregator.alerts.evaluation import Evaluation, PlanTaken
from onwatch_aggregator.alerts.records import StoredRule
from onwatch_aggregator.alerts.sql_store import SqlAlertStore
from onwatch_aggregator.live.keys import VideoKeys
from onwatch_contracts.alerts import Alert, ClearReason, NothingSeenCondition, StayCondition
from onwatch_testkit.clock import FakeClock

STANDS = StayCondition(zone_id="left", more_than_s=2, clear_after_s=1)
QUIET = NothingSeenCondition(for_s=2, clear_after_s=0)
Found = Callable[[], Awaitable[list[Alert]]]


async def test_alerts_are_found_while_the_run_is_under_way(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found
):
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(4)
    await evaluation.go_on("video")
    assert await found() == [], "it stands for 1.6 s"
    await film.play(4)
    await evaluation.go_on("video")
    (alert,) = await found()
    assert (alert.raised_at_s, alert.cleared_at_s) == (2.04, None)
    assert (alert.place_name, alert.rule_name, alert.link) == ("Left half", "Rule stands", "/videos/video?t=1.04")


async def test_the_end_of_the_run_clears_what_is_open(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found, save_film: Any
):
    await add_rule("stands", STANDS)
    await add_rule("quiet", QUIET)
    await film.begin()
    await film.play(film.batches_count)
    await evaluation.go_on("video")
    await save_film()
    await evaluation.finish("video", "run-1")
    alerts = await found()
    assert [(one.rule_id, one.clear_reason) for one in alerts] == [
        ("stands", ClearReason.OVER),
        ("quiet", ClearReason.OVER),
        ("stands", ClearReason.END_OF_VIDEO),
    ]
    assert alerts[-1].cleared_at_s == 10.0


async def whole(film: Any, evaluation: Evaluation, save_film: Any, found: Found) -> list[Alert]:
    """A run of which nothing was found before its end."""
    await film.begin()
    await film.play(film.batches_count)
    await save_film()
    await evaluation.finish("video", "run-1")
    return await found()


EXPECTED = [
    ("stands", 2.04, ClearReason.OVER),
    ("quiet", 6.48, ClearReason.OVER),
    ("stands", 9.04, ClearReason.END_OF_VIDEO),
]


def short(alerts: list[Alert]) -> list[tuple[str, float, ClearReason | None]]:
    return [(one.rule_id, round(one.raised_at_s, 2), one.clear_reason) for one in alerts]


async def test_a_run_evaluated_only_at_its_end_has_the_same_alerts(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found, save_film: Any
):
    await add_rule("stands", STANDS)
    await add_rule("quiet", QUIET)
    assert short(await whole(film, evaluation, save_film, found)) == EXPECTED


@pytest.mark.parametrize("method", ["book", "put_alert_state", "put_plan"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("every", [1, 3])
async def test_a_crash_at_any_step_changes_nothing(
    film: Any,
    add_rule: Any,
    evaluation: Evaluation,
    found: Found,
    save_film: Any,
    around: Any,
    method: str,
    when: str,
    every: int,
):
    """The aggregator crashes in every pass, once before or after a write; the next one finds what is missing."""
    await add_rule("stands", STANDS)
    await add_rule("quiet", QUIET)
    await film.begin()
    for _ in range(0, film.batches_count, every):
        await film.play(min(every, film.batches_count - film.played_count))
        await crash(evaluation, around, method, when, lambda crashing: crashing.go_on("video"))
        await evaluation.go_on("video")
    await save_film()
    await crash(evaluation, around, method, when, lambda crashing: crashing.finish("video", "run-1"))
    await evaluation.finish("video", "run-1")
    await evaluation.finish("video", "run-1")
    assert short(await found()) == EXPECTED


class Crash(Exception):
    pass


async def crash(evaluation: Evaluation, around: Any, method: str, when: str, work: Any) -> None:
    async def die() -> None:
        raise Crash

    port = "live" if method == "put_alert_state" else "store"
    broken = around(getattr(evaluation, port), method, when, die)
    with contextlib.suppress(Crash):
        await work(replace(evaluation, **{port: broken}))


async def test_a_state_that_is_lost_is_found_again_from_the_log(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found, save_film: Any, redis: Any
):
    await add_rule("stands", STANDS)
    await add_rule("quiet", QUIET)
    await film.begin()
    for _ in range(film.batches_count):
        await film.play(1)
        await evaluation.go_on("video")
        await redis.delete(VideoKeys("video").alerts)
    await save_film()
    await evaluation.finish("video", "run-1")
    assert short(await found()) == EXPECTED


async def test_a_rule_that_is_added_counts_from_there(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found, save_film: Any, clock: FakeClock, redis: Any
):
    await add_rule("quiet", QUIET)
    await film.begin()
    await film.play(10)
    await evaluation.go_on("video")
    await clock.advance(1)
    await add_rule("stands", STANDS)
    await evaluation.go_on("video")
    await film.play(film.batches_count - 10)
    await redis.delete(VideoKeys("video").alerts)  # the plan tells where it began, not the state
    await save_film()
    await evaluation.finish("video", "run-1")
    assert short(await found()) == EXPECTED[1:], "nobody asked about the first car that stood"


async def test_a_rule_that_is_disabled_clears_its_alert_also_of_a_run_that_pauses(
    film: Any, add_rule: Any, evaluation: Evaluation, found: Found, store: SqlAlertStore
):
    rule: StoredRule = await add_rule("stands", STANDS)
    await film.begin()
    await film.play(8)
    await evaluation.go_on("video")
    assert await store.change_rule(rule, replace(rule, is_enabled=False, revision=2))
    await evaluation.go_on("video")
    (alert,) = await found()
    assert (alert.cleared_at_s, alert.clear_reason) == (3.16, ClearReason.RULE_CHANGED)


async def test_a_video_without_rules_leaves_no_trace(
    film: Any, evaluation: Evaluation, store: SqlAlertStore, redis: Any, save_film: Any
):
    await film.begin()
    await film.play(film.batches_count)
    await evaluation.go_on("video")
    await save_film()
    await evaluation.finish("video", "run-1")
    assert await store.plan("run-1") is None
    assert not await redis.exists(VideoKeys("video").alerts)


async def test_a_rule_whose_zone_the_run_does_not_have_raises_nothing(
    film: Any, add_rule: Any, evaluation: Evaluation, store: SqlAlertStore, found: Found
):
    await add_rule("lost", StayCondition(zone_id="gone", more_than_s=1))
    await film.begin()
    await film.play(10)
    await evaluation.go_on("video")
    plan = await store.plan("run-1")
    assert plan is not None
    assert plan.plan.rules == ()
    assert await found() == []


@pytest.mark.parametrize("is_rule_deleted", [False, True])
async def test_another_run_ends_the_alerts_of_one_that_was_discarded(
    film: Any,
    add_rule: Any,
    evaluation: Evaluation,
    found: Found,
    store: SqlAlertStore,
    live: Any,
    clock: FakeClock,
    make: Any,
    is_rule_deleted: bool,
):
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(8)
    await evaluation.go_on("video")
    await clock.advance(60)
    if is_rule_deleted:
        await store.delete_rule("video", "stands")
    await live.claim(make.attempt(clock.now(), new_run_id="run-2", discard_run_id="run-1"))
    await evaluation.go_on("video")
    (alert,) = await found()
    assert (alert.run_id, alert.clear_reason) == ("run-1", ClearReason.RUN_DISCARDED)


async def test_of_two_aggregators_that_change_a_plan_one_gives_way(
    film: Any, add_rule: Any, evaluation: Evaluation, around: Any
):
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(1)
    slower = replace(
        evaluation, store=around(evaluation.store, "put_plan", "before", lambda: evaluation.go_on("video"))
    )
    with pytest.raises(PlanTaken):
        await slower.go_on("video")
    await slower.go_on("video")


async def test_nothing_is_found_of_a_deleted_video(
    film: Any, add_rule: Any, evaluation: Evaluation, deletion: Any, found: Found, store: SqlAlertStore, redis: Any
):
    await add_rule("stands", STANDS)
    await film.begin()
    await film.play(8)
    await evaluation.go_on("video")
    await deletion.delete("video")
    await evaluation.go_on("video")
    await evaluation.finish("video", "run-1")
    assert (await found(), await store.rules("video"), await store.plan("run-1")) == ([], [], None)
    assert not await redis.exists(VideoKeys("video").alerts)
