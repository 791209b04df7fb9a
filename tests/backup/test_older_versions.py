"""A backup of the first version of the tables is restored into those of today."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from backup.systems import Place, place

from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.manifest import HEADING, Heading, Manifest
from onwatch.backup.owners import Owner, owners_of
from onwatch.backup.progress import Unwatched
from onwatch.backup.restoring import Restore
from onwatch.backup.tables import dumped
from onwatch_runtime.clock import SystemClock
from onwatch_sql.dump import sessions
from onwatch_testkit.servers import PostgresServer

AT = datetime(2025, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
VIDEO = {
    "id": "v", "name": "Tab\tand\\backslash\nline", "media_type": "video/mp4", "file_path": "v/source.mp4",
    "duration_s": 0.1, "fps": 25.0, "width": 64, "height": 48, "size_bytes": 1, "created_at": str(AT)[:26],
    "status": "streaming", "status_at": str(AT)[:26], "epoch": 1_700_000_000_000, "anchor": "center",
    "roi": "[[0.1, 2e-7]]",
}  # fmt: skip


def first_version(owner: Owner, writer: ArchiveWriter) -> object:
    with sessions([owner.owned], "test") as (connection,):
        owner.database.upgrade(connection, "0001")
        if owner.name == "catalog":
            columns = ", ".join(VIDEO)
            values = columns.replace(", ", ", :")
            connection.execute(sa.text(f"INSERT INTO videos ({columns}) VALUES (:{values})"), VIDEO)  # noqa: S608
        return dumped(owner.database, connection, writer, AT.timestamp(), Unwatched())


def old_backup(folder: Path) -> Path:
    file = folder / "old.tar"
    old = Place(folder / "old", {})
    old.data_dir.mkdir()
    with file.open("wb") as stream:
        writer = ArchiveWriter(stream)
        heading = Heading(onwatch_version="0.0.1", began_at=AT)
        writer.add(HEADING, heading.model_dump_json().encode(), 0)
        databases = tuple(first_version(owner, writer) for owner in owners_of(old.stores))
        writer.add("media/v/source.mp4", b"x", 0)
        values = {"heading": heading, "finished_at": AT, "databases": databases, "videos_count": 1}
        writer.finish(Manifest(**values, parts=tuple(writer.parts)))
    return file


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("one postgresql", marks=pytest.mark.connected)])
def test_it_is_migrated(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def server() -> PostgresServer:
        found: PostgresServer = request.getfixturevalue("postgres_server")
        return found

    with place(kind, tmp_path / "new", server) as here:
        Restore(here.stores, old_backup(tmp_path), SystemClock(), Unwatched()).run(lambda *_: False)

        with sessions([owner.owned for owner in owners_of(here.stores)], "test") as connections:
            for owner, connection in zip(owners_of(here.stores), connections, strict=True):
                assert owner.database.current_revision(connection) == owner.database.newest_revision
            schema = "catalog." if kind != "sqlite" else ""
            row = connections[0].execute(sa.text(f"SELECT * FROM {schema}videos")).mappings().one()  # noqa: S608
        assert (row["name"], row["epoch"], row["fps"]) == (VIDEO["name"], VIDEO["epoch"], 25.0)
        assert (row["status"], row["engine"]) == ("paused", "auto")
        assert str(row["created_at"]).startswith("2025-05-04 03:02:01.123456")
        assert row["roi"] in ("[[0.1, 2e-7]]", [[0.1, 2e-7]])
    assert here.files().keys() == {"v/source.mp4"}
