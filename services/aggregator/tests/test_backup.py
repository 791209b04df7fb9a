"""What of loaded tables belongs to no video; `clear_redis` is tested on real servers with the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from onwatch_aggregator.backup import DATABASE, newest_runs, runs_count, settle
from onwatch_aggregator.results import deletions, detections, runs, sites
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_sql.dump import sessions

AT = datetime(2026, 1, 1, tzinfo=UTC)
RUN = {
    "started_at": AT, "detector_model": "m", "settings": {}, "analysed_s": 1.0, "duration_s": 1.0,
    "total_vehicles_count": 0, "current_vehicles_count": 0, "visits_count": 0, "vehicle_type": {},
    "vehicle_dwell_time_visits": 0, "vehicle_dwell_time_total_us": 0, "vehicle_dwell_time_max_us": 0,
}  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Tables that were just created, in a transaction."""
    with sessions([(DATABASE, AggregatorSettings(data_dir=tmp_path))], "test") as (connection,):
        DATABASE.upgrade(connection)
        yield connection


def add_run(connection: sa.Connection, run_id: str, video_id: str, age_s: float = 0.0) -> None:
    finished_at = AT - timedelta(seconds=age_s)
    connection.execute(
        sa.insert(runs).values(RUN | {"run_id": run_id, "video_id": video_id, "finished_at": finished_at})
    )
    chunk = {"run_id": run_id, "chunk_no": 0, "starts_s": 0.0, "ends_s": 1.0, "pictures_count": 0, "boxes_count": 0}
    connection.execute(sa.insert(detections).values(chunk | {"body": b""}))


def test_rows_of_unknown_videos_are_removed(connection: sa.Connection) -> None:
    add_run(connection, "r", "known")
    add_run(connection, "s", "unknown")
    connection.execute(sa.insert(sites).values(video_id="only a site", revision=1, site={}))

    settle(connection, {"known"})

    assert runs_count(connection) == 1
    assert connection.scalars(sa.select(detections.c.run_id)).all() == ["r"]
    assert connection.execute(sa.select(sites)).all() == []


def test_a_video_that_is_there_again_is_not_deleted_once_more(connection: sa.Connection) -> None:
    connection.execute(sa.insert(deletions).values([{"video_id": name, "deleted_at": AT} for name in ("here", "gone")]))

    settle(connection, {"here"})

    assert connection.scalars(sa.select(deletions.c.video_id)).all() == ["gone"]


def test_the_newest_run_of_a_video_counts(connection: sa.Connection) -> None:
    add_run(connection, "old", "v", age_s=60)
    add_run(connection, "new", "v")

    assert newest_runs(connection) == {"v": ("new", AT)}
