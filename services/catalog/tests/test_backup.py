"""What of loaded tables is not restored, and what is made to fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from onwatch_catalog.accounts import audit, keys, users
from onwatch_catalog.backup import (
    DATABASE,
    RESTORED,
    FinishedRun,
    accounts_count,
    files_beside,
    folders_in,
    settle,
    video_files,
    videos_count,
)
from onwatch_catalog.records import pending_deletions, sites, uploads, videos
from onwatch_catalog.settings import CatalogSettings
from onwatch_sql.dump import sessions

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = AT + timedelta(days=1)
VIDEO = {
    "name": "n", "media_type": "video/mp4", "duration_s": 1.0, "fps": 1.0, "width": 1, "height": 1, "size_bytes": 1,
    "created_at": AT, "status": "ready", "status_at": AT, "epoch": 0, "anchor": "center",
}  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Tables that were just created, in a transaction."""
    with sessions([(DATABASE, CatalogSettings(data_dir=tmp_path))], "test") as (connection,):
        DATABASE.upgrade(connection)
        yield connection


def add(connection: sa.Connection, video_id: str, **values: Any) -> None:
    row = VIDEO | {"id": video_id, "file_path": f"{video_id}/source.mp4"} | values
    connection.execute(sa.insert(videos).values(row))


def settled(connection: sa.Connection, **given: Any) -> dict[str, Any]:
    """The videos afterwards, by id."""
    arguments: dict[str, Any] = {"deleted": (), "finished": {}, "backup_of": AT, "now": NOW} | given
    settle(connection, **arguments)
    return {row.id: row for row in connection.execute(sa.select(videos))}


def test_files_are_those_of_the_rows_and_what_is_beside_them(connection: sa.Connection) -> None:
    add(connection, "v")
    assert video_files(connection) == {"v": "v/source.mp4"}
    assert videos_count(connection) == 1
    assert list(files_beside("v/source.mp4")) == ["v/thumbnail.jpg", "v/source.clock"]


def test_folders_of_others_are_not_counted(tmp_path: Path) -> None:
    for name in ("v", "v/x y", "lost+found", ".restore"):
        (tmp_path / name).mkdir()
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "source.mp4").touch()
    assert folders_in(tmp_path) == ["w"]
    assert folders_in(tmp_path / "not there") == []


def test_a_streaming_video_is_paused_and_told_why(connection: sa.Connection) -> None:
    add(connection, "s", status="streaming", run_id="r", analysis_requested_at=AT)
    add(connection, "f", status="failed", status_reason="no")

    found = settled(connection)

    assert (found["s"].status, found["s"].status_reason, found["s"].status_at) == ("paused", RESTORED, NOW)
    assert found["s"].analysis_requested_at == AT, "it is analysed again"
    assert (found["f"].status, found["f"].status_reason) == ("failed", "no")


def test_a_run_that_reached_sql_is_finished_although_the_catalog_was_not_told(connection: sa.Connection) -> None:
    later = AT + timedelta(seconds=1)
    add(connection, "v", status="streaming", run_id="r", analysis_requested_at=AT)
    add(connection, "w", status="streaming", run_id="next", finished_run_id="first")

    found = settled(connection, finished={"v": FinishedRun("r", later), "w": FinishedRun("first", later)})

    assert (found["v"].status, found["v"].finished_run_id, found["v"].status_at) == ("finished", "r", later)
    assert found["v"].analysis_requested_at is None
    assert (found["w"].status, found["w"].finished_run_id) == ("paused", "first")


def test_deleted_videos_uploads_and_pending_deletions_are_left_out(connection: sa.Connection) -> None:
    add(connection, "d")
    add(connection, "v")
    site = {"revision": 1, "zones": [], "gates": [], "movements": [], "recorded_source": "none"}
    connection.execute(sa.insert(sites).values([site | {"video_id": "d"}, site | {"video_id": "v"}]))
    upload = {"video_id": "u", "name": "", "filename": "", "size_bytes": 1, "expires_at": NOW}
    connection.execute(sa.insert(uploads).values(upload))
    connection.execute(sa.insert(pending_deletions).values(video_id="p"))

    assert list(settled(connection, deleted=["d"])) == ["v"]

    assert connection.scalars(sa.select(sites.c.video_id)).all() == ["v"]
    for table in (uploads, pending_deletions):
        assert connection.execute(sa.select(table)).all() == []


def test_sessions_and_one_time_links_end_and_tokens_and_links_stay(connection: sa.Connection) -> None:
    user = {"id": "u", "name": "a", "name_key": "a", "role": "viewer", "is_disabled": False, "created_at": AT}
    connection.execute(sa.insert(users).values(user))
    for kind in ("session", "login", "token", "link"):
        key = {"id": kind, "kind": kind, "secret_hash": kind, "user_id": "u", "created_at": AT, "rotated_at": AT}
        connection.execute(sa.insert(keys).values(key))

    settled(connection)

    assert sorted(connection.scalars(sa.select(keys.c.kind))) == ["link", "token"]
    assert accounts_count(connection) == 1


def test_the_audit_log_tells_of_the_restore(connection: sa.Connection) -> None:
    settled(connection)
    (row,) = connection.execute(sa.select(audit)).all()
    assert (row.at, row.name, row.target) == (NOW, "onwatch restore", "the backup of 2026-01-01 00:00:00 UTC")
