from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onwatch_aggregator.live.inventory import FinishingNote, LiveKey
from onwatch_aggregator.live.timestamps import EPOCH
from onwatch_aggregator.results.totals import Tally
from onwatch_aggregator.runs import orphans as leftovers
from onwatch_aggregator.runs.live_run import LiveRun, RunRecord, RunState
from onwatch_aggregator.runs.orphans import Inventory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR_S = 3600.0


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


def key(video_id: str, what: str, *, expires: bool = True) -> LiveKey:
    return LiveKey(f"onwatch:{{{video_id}}}:{what}", video_id, what, expires)


@pytest.fixture
def run(make: Any) -> Any:
    def made(state: RunState = RunState.ACTIVE, lease_until: datetime = EPOCH, finished: Any = None) -> LiveRun:
        record = RunRecord("v", "run", make.settings, NOON, finished, 1.0, Tally())
        return LiveRun(record, state, epoch=1, batch_no=1, lease_until=lease_until)

    return made


def test_keys_of_a_video_that_is_not_there_are_orphans_but_its_tombstone_is_not() -> None:
    keys = [key("v", "run"), key("gone", "run"), key("gone", "epoch"), key("buried", "deleted")]

    assert leftovers.keys_without_video(keys, {"v"}) == {"gone": (keys[1], keys[2])}


def test_a_tombstone_of_a_video_that_is_there_stands_in_its_way() -> None:
    keys = [key("v", "deleted"), key("gone", "deleted"), key("v", "run")]

    assert list(leftovers.tombstones_of_living(keys, {"v"})) == [keys[0]]


def test_every_key_has_an_end() -> None:
    keys = [key("v", "run"), key("v", "left", expires=False), LiveKey("onwatch:finishing", None, "finishing", False)]

    assert list(leftovers.without_end(keys)) == keys[1:]


def test_a_lease_that_was_not_let_go_is_abandoned_once_it_is_long_over(run: Any) -> None:
    abandoned = run(lease_until=ago(2 * HOUR_S))

    assert list(leftovers.abandoned({"v": abandoned}, NOON, HOUR_S)) == [(abandoned, 2 * HOUR_S)]
    for other in (run(lease_until=ago(60)), run(lease_until=EPOCH), run(RunState.FINAL, lease_until=ago(2 * HOUR_S))):
        assert not list(leftovers.abandoned({"v": other}, NOON, HOUR_S))


def test_a_final_run_is_overdue_with_and_without_a_note(run: Any) -> None:
    final = run(RunState.FINAL, finished=ago(2 * HOUR_S))
    note = FinishingNote("other", "run-2", ago(3 * HOUR_S))

    assert list(leftovers.overdue([note], {"v": final}, NOON, HOUR_S)) == [
        ("other", "run-2", 3 * HOUR_S),
        ("v", "run", 2 * HOUR_S),
    ]
    assert not list(leftovers.overdue([], {"v": run(RunState.FINAL, finished=ago(5))}, NOON, HOUR_S))
    assert not list(leftovers.overdue([], {"v": run(RunState.PERSISTED, finished=ago(2 * HOUR_S))}, NOON, HOUR_S))


def test_a_video_is_held_by_a_live_lease_or_on_its_way_to_sql(run: Any) -> None:
    runs = {
        "held": run(lease_until=NOON + timedelta(seconds=1)),
        "ending": run(RunState.FINAL),
        "paused": run(),
        "dead": run(lease_until=ago(1)),
        "done": run(RunState.PERSISTED),
    }

    assert Inventory(frozenset(), runs=runs).leased(NOON) == {"held", "ending"}
    assert Inventory(frozenset()).leased(NOON) is None
