"""Loads the tables of a backup into new ones; nothing is visible to others before the commit."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr

import onwatch_aggregator.backup
import onwatch_catalog.backup
from onwatch.backup.archive import Archive
from onwatch.backup.errors import BackupDamaged, BackupFailed, RestoreRefused, explained
from onwatch.backup.manifest import DatabaseEntry, Manifest, TableEntry
from onwatch.backup.owners import APPLICATION, Owner
from onwatch.backup.progress import Watch
from onwatch.backup.target import sync_folder
from onwatch_catalog.backup import FinishedRun
from onwatch_catalog.media import ServedAs
from onwatch_sql.dump import broken_references, drop_tables, load, sessions, set_last_ids, sqlite_file, tables_of

BESIDE = ".restoring"
TRY_LOCK = "SELECT pg_try_advisory_lock(%(key)s)"


@dataclass
class NewTables:
    """The tables in the making, of each service in turn."""

    owners: Sequence[Owner]
    connections: Sequence[sa.Connection]
    stack: ExitStack = field(repr=False)
    """Closes the connections."""

    def load(self, backup: Archive, manifest: Manifest, watch: Watch) -> None:
        """All rows, in tables of this version."""
        for owner, connection in zip(self.owners, self.connections, strict=True):
            with explained(f"loading the {owner.name}'s tables"):
                _load(owner, connection, manifest.database(owner.name), backup, watch)

    def settle(self, manifest: Manifest, now: datetime) -> None:
        """Make both fit to each other: they may be of moments that lie milliseconds apart."""
        catalog, aggregator = self.connections
        with explained("checking the loaded tables"):
            videos = frozenset(onwatch_catalog.backup.video_files(catalog)) - set(manifest.deleted)
            onwatch_aggregator.backup.settle(aggregator, videos)
            newest = onwatch_aggregator.backup.newest_runs(aggregator)
            finished = {video_id: FinishedRun(*run) for video_id, run in newest.items()}
            onwatch_catalog.backup.settle(
                catalog, deleted=manifest.deleted, finished=finished, backup_of=manifest.heading.began_at, now=now
            )
            for owner, connection in zip(self.owners, self.connections, strict=True):
                if broken := broken_references(connection):
                    raise BackupFailed(f"the {owner.name}'s tables {', '.join(broken)} refer to rows that are missing")

    def served_as(self) -> Mapping[str, ServedAs]:
        """Of each video's file, by its path."""
        with explained("reading the loaded tables"):
            return onwatch_catalog.backup.served_as(self.connections[0])

    def finish_files(self) -> None:
        """Complete the SQLite files that stand beside the former ones. PostgreSQL still waits for its commit."""
        for owner, connection in zip(self.owners, self.connections, strict=True):
            if sqlite_file(owner.settings) is not None:
                with explained(f"writing the {owner.name}'s database"):
                    connection.commit()
                    connection.close()

    def switch(self, watch: Watch) -> None:
        """Put the new tables in the places of the former ones, one database after the other."""
        for owner, connection in zip(self.owners, self.connections, strict=True):
            watch.step(f"replacing the {owner.name}'s tables")
            with explained(f"replacing the {owner.name}'s tables"):
                file = sqlite_file(owner.settings)
                if file is None:
                    connection.commit()
                else:
                    _replace(file)
        self.stack.close()


@contextmanager
def new_tables(owners: Sequence[Owner]) -> Iterator[NewTables]:
    """Empty tables: on PostgreSQL in a transaction that replaces the former ones, on SQLite in files beside them.

    `RestoreRefused` if a service is migrating, or another restore is at work, on the same PostgreSQL.
    """
    beside = [_beside(owner) for owner in owners]
    try:
        with ExitStack() as stack:
            with explained("connecting to the databases"):
                connections = stack.enter_context(sessions([owner.owned for owner in beside], APPLICATION))
                for owner, connection in zip(owners, connections, strict=True):
                    _lock(owner, connection)
            yield NewTables(owners, connections, stack)
    except Exception:
        for file in filter(None, (sqlite_file(owner.settings) for owner in beside)):
            _remove(file)
        raise


def _beside(owner: Owner) -> Owner:
    """The same database on PostgreSQL; a new file beside the one of SQLite."""
    file = sqlite_file(owner.settings)
    if file is None:
        return owner
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside_file(file)
    _remove(beside)  # of a restore that was killed
    url = SecretStr(f"sqlite+aiosqlite:///{beside.absolute()}")
    return Owner(owner.database, owner.settings.model_copy(update={"database_url": url}))


def _beside_file(file: Path) -> Path:
    return file.with_name(file.name + BESIDE)


def _remove(file: Path) -> None:
    for name in (file.name, *(f"{file.name}-{suffix}" for suffix in ("journal", "wal", "shm"))):
        file.with_name(name).unlink(missing_ok=True)


def _lock(owner: Owner, connection: sa.Connection) -> None:
    """The lock of migrations, which a starting service waits for."""
    if connection.dialect.name != "postgresql":
        return
    key = {"key": owner.database.migration_lock}
    if not connection.exec_driver_sql(TRY_LOCK, key).scalar_one():
        raise RestoreRefused(f"another program migrates or restores the {owner.name}'s database")


def _load(owner: Owner, connection: sa.Connection, entry: DatabaseEntry, backup: Archive, watch: Watch) -> None:
    """Into tables of the backup's version, which are then migrated to this one."""
    if connection.dialect.name == "postgresql":
        drop_tables(owner.database, connection)
    owner.database.upgrade(connection, entry.revision)
    shapes = {shape.name: shape for shape in tables_of(owner.database, connection)}
    for table in entry.tables:
        first_part = table.parts[0] if table.parts else table.name
        if table.name not in shapes:
            raise BackupDamaged(first_part, f"migration {entry.revision} has no table {table.name}")
        try:
            count = load(shapes[table.name], table.columns, _chunks(backup, table, watch))
        except (ValueError, gzip.BadGzipFile, EOFError) as error:
            raise BackupDamaged(first_part, f"its rows cannot be read: {error}") from error
        if count != table.rows_count:
            raise BackupDamaged(first_part, f"{count} rows of {table.name}, expected {table.rows_count}")
    set_last_ids(owner.database, connection, entry.last_ids)
    owner.database.upgrade(connection)


def _chunks(backup: Archive, table: TableEntry, watch: Watch) -> Iterator[bytes]:
    for name in table.parts:
        chunk = gzip.decompress(b"".join(backup.blocks(name)))
        watch.step(name, len(chunk))
        yield chunk


def _replace(file: Path) -> None:
    """Nobody has the former file open, so that its log is empty; with the new file it would be damage."""
    for suffix in ("wal", "shm", "journal"):
        file.with_name(f"{file.name}-{suffix}").unlink(missing_ok=True)
    beside = _beside_file(file)
    if os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.rename(file)
    sync_folder(file.parent)
