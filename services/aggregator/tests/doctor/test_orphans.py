from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onwatch_aggregator.counting.run_record import RunRecord
from onwatch_aggregator.counting.totals import RunTotals
from onwatch_aggregator.doctor import orphans
from onwatch_aggregator.doctor.orphans import Inventory
from onwatch_aggregator.live.inventory import FinishingEntry, LiveKey
from onwatch_aggregator.live.live_run import LiveRun, RunState
from onwatch_aggregator.live.timestamps import EPOCH

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR_S = 3600.0


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


def key(video_id: str, what: str, *, expires: bool = True) -> LiveKey:
    return LiveKey(f"onwatch:{{{video_id}}}:{what}", video_id, what, expires)


@pytest.fixture
def run(make: Any) -> Any:
    def made(state: RunState = RunState.ACTIVE, lease_until: datetime = EPOCH, finished: Any = None) -> LiveRun:
        record = RunRecord("v", "run", make.settings, NOON, finished, 1.0, RunTotals())
        return LiveRun(record, state, epoch=1, batch_no=1, lease_until=lease_until)

    return made


def test_keys_of_a_video_that_does_not_exist_are_orphans_but_its_tombstone_is_not() -> None:
    keys = [key("v", "run"), key("gone", "run"), key("gone", "epoch"), key("buried", "deleted")]

    assert orphans.keys_without_video(keys, {"v"}) == {"gone": (keys[1], keys[2])}


def test_a_tombstone_of_a_video_that_exists_is_found() -> None:
    keys = [key("v", "deleted"), key("gone", "deleted"), key("v", "run")]

    assert list(orphans.tombstones_of_existing_videos(keys, {"v"})) == [keys[0]]


def test_every_key_should_expire() -> None:
    keys = [key("v", "run"), key("v", "left", expires=False), LiveKey("onwatch:finishing", None, "finishing", False)]

    assert list(orphans.keys_without_expiry(keys)) == keys[1:]


def test_a_run_that_was_not_released_is_abandoned_once_its_lease_is_long_over(run: Any) -> None:
    abandoned = run(lease_until=ago(2 * HOUR_S))

    assert list(orphans.abandoned_runs({"v": abandoned}, NOON, HOUR_S)) == [(abandoned, 2 * HOUR_S)]
    for other in (run(lease_until=ago(60)), run(lease_until=EPOCH), run(RunState.FINAL, lease_until=ago(2 * HOUR_S))):
        assert not list(orphans.abandoned_runs({"v": other}, NOON, HOUR_S))


def test_a_final_run_is_overdue_whether_it_is_recorded_as_finishing_or_not(run: Any) -> None:
    final = run(RunState.FINAL, finished=ago(2 * HOUR_S))
    entry = FinishingEntry("other", "run-2", ago(3 * HOUR_S))

    assert list(orphans.overdue_runs([entry], {"v": final}, NOON, HOUR_S)) == [
        ("other", "run-2", 3 * HOUR_S),
        ("v", "run", 2 * HOUR_S),
    ]
    assert not list(orphans.overdue_runs([], {"v": run(RunState.FINAL, finished=ago(5))}, NOON, HOUR_S))
    assert not list(orphans.overdue_runs([], {"v": run(RunState.PERSISTED, finished=ago(2 * HOUR_S))}, NOON, HOUR_S))


def test_a_video_is_leased_while_its_lease_lasts_or_its_run_is_on_its_way_to_sql(run: Any) -> None:
    runs = {
        "held": run(lease_until=NOON + timedelta(seconds=1)),
        "ending": run(RunState.FINAL),
        "paused": run(),
        "dead": run(lease_until=ago(1)),
        "done": run(RunState.PERSISTED),
    }

    assert Inventory(frozenset(), runs=runs).leased(NOON) == {"held", "ending"}
    assert Inventory(frozenset()).leased(NOON) is None
