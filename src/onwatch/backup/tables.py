"""Writes the tables of a service into the archive."""

from __future__ import annotations

import gzip

import sqlalchemy as sa

from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.errors import BackupFailed, explained
from onwatch.backup.manifest import DatabaseEntry, TableEntry
from onwatch.backup.progress import Watch
from onwatch_sql.database import Database
from onwatch_sql.dump import TableShape, chunks_of, last_ids, tables_of

FASTEST_GOOD_LEVEL = 6


def expect_newest(database: Database, connection: sa.Connection) -> None:
    """`BackupFailed` if the tables are of another version: it might not find their files."""
    revision = database.current_revision(connection)
    if revision is None:
        raise BackupFailed(f"the {database.owner}'s database has no tables of Onwatch: there is nothing to back up")
    if revision != database.newest_revision:
        raise BackupFailed(
            f"the {database.owner}'s tables are of migration {revision}, this Onwatch expects "
            f"{database.newest_revision}: use the version that runs, or migrate first (onwatch migrate)"
        )


def dumped(
    database: Database, connection: sa.Connection, writer: ArchiveWriter, mtime_s: float, watch: Watch
) -> DatabaseEntry:
    """The rows of all tables in the snapshot of the connection."""
    tables: list[TableEntry] = []
    text_bytes = 0
    with explained(f"reading the {database.owner}'s database"):
        for shape in tables_of(database, connection):
            entry, size_bytes = _dumped_table(database.owner, shape, writer, mtime_s, watch)
            tables.append(entry)
            text_bytes += size_bytes
        return DatabaseEntry(
            owner=database.owner,
            kind=connection.dialect.name,
            revision=str(database.current_revision(connection)),
            tables=tuple(tables),
            last_ids=last_ids(database, connection),
            text_bytes=text_bytes,
        )


def _dumped_table(
    owner: str, shape: TableShape, writer: ArchiveWriter, mtime_s: float, watch: Watch
) -> tuple[TableEntry, int]:
    rows_count, text_bytes, parts = 0, 0, []
    for number, chunk in enumerate(chunks_of(shape), start=1):
        name = f"sql/{owner}/{shape.name}/{number:06}.copy.gz"
        watch.step(name, len(chunk))
        writer.add(name, gzip.compress(chunk, FASTEST_GOOD_LEVEL, mtime=0), mtime_s)
        parts.append(name)
        rows_count += chunk.count(b"\n")
        text_bytes += len(chunk)
    entry = TableEntry(name=shape.name, columns=shape.columns, rows_count=rows_count, parts=tuple(parts))
    return entry, text_bytes
