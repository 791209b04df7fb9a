"""Private databases: in the session's PostgreSQL, or SQLite files."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from onwatch_sql.database import Database
from onwatch_sql.settings import DatabaseSettings
from onwatch_testkit.servers import PostgresServer

# A locale that sorts "b" between "a" and "B", as many do: the order of results must not depend on it.
IN_ENGLISH = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"


@dataclass(frozen=True)
class Owned:
    """A service's database and the class of its settings."""

    database: Database
    settings: type[DatabaseSettings]


@contextmanager
def new_database(server: PostgresServer, owner: str, like: str = IN_ENGLISH) -> Iterator[str]:
    """Create an empty database, or a copy of a template; yields its name."""
    name = f"{owner}_{secrets.token_hex(6)}"
    # By default PostgreSQL copies page by page through its log, which takes three times as long.
    _execute(server, f"CREATE DATABASE {name} {like} STRATEGY FILE_COPY")
    try:
        yield name
    finally:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: PostgresServer, command: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(command)


class Templates:
    """One migrated database per service, created on first use, as the template for copies."""

    def __init__(self, server: PostgresServer, until: ExitStack) -> None:
        self._server, self._until = server, until
        self._names: dict[Database, str] = {}

    def of(self, owned: Owned) -> str:
        if owned.database not in self._names:
            name = self._until.enter_context(new_database(self._server, owned.database.owner))
            _migrate(owned, owned.settings.load(None, {}, database_url=self._server.url_of(name)))
            self._names[owned.database] = name
        return self._names[owned.database]


class SqliteTemplates:
    """One migrated file per service, created on first use; a copy takes a hundredth of the time of the migrations."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Database, Path] = {}

    def copy(self, owned: Owned, folder: Path) -> None:
        """Put a file with the tables of the service into the folder, where its settings expect it."""
        shutil.copy(self._of(owned), folder)

    def _of(self, owned: Owned) -> Path:
        if owned.database not in self._files:
            folder = self._folder / owned.database.owner
            _migrate(owned, owned.settings.load(None, {}, data_dir=folder))
            self._files[owned.database] = folder / owned.settings.sqlite_file
        return self._files[owned.database]


def _migrate(owned: Owned, settings: DatabaseSettings) -> None:
    with ThreadPoolExecutor() as thread:
        thread.submit(asyncio.run, owned.database.migrate(settings)).result()  # an event loop of its own
