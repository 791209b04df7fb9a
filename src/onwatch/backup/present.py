"""What is in the system that a restore would replace, and who is using it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from onwatch.backup.owners import AGGREGATOR, APPLICATION, CATALOG, Owner
from onwatch_aggregator.backup import runs_count
from onwatch_catalog.backup import accounts_count, videos_count
from onwatch_sql.database import Database
from onwatch_sql.dump import sessions, sqlite_file

Count = Callable[[sa.Connection], int]

SERVICES = (
    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name IN ('onwatch-catalog', 'onwatch-aggregator') GROUP BY 1 ORDER BY 1"
)


@dataclass(frozen=True)
class Present:
    """How much there is."""

    videos_count: int
    runs_count: int
    accounts_count: int
    folders_count: int

    @property
    def is_empty(self) -> bool:
        """The first start of a service adds one account: that is no loss."""
        return not (self.videos_count or self.runs_count or self.folders_count) and self.accounts_count <= 1

    def __str__(self) -> str:
        return (
            f"{self.videos_count} videos, {self.runs_count} finished runs, {self.accounts_count} accounts "
            f"and {self.folders_count} folders of files"
        )


def present_in(catalog: sa.Connection | None, aggregator: sa.Connection | None, folders_count: int) -> Present:
    """Connections to the databases as they are; None for a SQLite file that is not there. Tables may be missing."""
    return Present(
        videos_count=_count(CATALOG, catalog, "videos", videos_count),
        runs_count=_count(AGGREGATOR, aggregator, "runs", runs_count),
        accounts_count=_count(CATALOG, catalog, "users", accounts_count),
        folders_count=folders_count,
    )


def services_on(owner: Owner) -> Iterator[str]:
    """Who is connected to the database, besides this program: one sentence each."""
    file = sqlite_file(owner.settings)
    if file is None:
        with sessions([owner.owned], APPLICATION) as (connection,):
            for name, count in connection.exec_driver_sql(SERVICES):
                yield f"{name} has {count} connections to the {owner.name}'s database"
    elif file.is_file() and _is_open_elsewhere(file):
        yield f"{file} is open in another program"


def _count(database: Database, connection: sa.Connection | None, table: str, count: Count) -> int:
    if connection is None:
        return 0
    schema = database.schema_on(connection.dialect)
    return count(connection) if sa.inspect(connection).has_table(table, schema=schema) else 0


def _is_open_elsewhere(file: Path) -> bool:
    """SQLite leaves its write-ahead log only while nobody else has the file open. The services turn it on again."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=1.0)) as database:
            (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
            return str(mode) != "delete"
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return True
        raise
