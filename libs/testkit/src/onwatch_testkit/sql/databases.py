"""Private databases in the session's PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

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
    _execute(server, f"CREATE DATABASE {name} {like}")
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
            settings = owned.settings.load(None, {}, database_url=self._server.url_of(name))
            with ThreadPoolExecutor() as thread:
                thread.submit(asyncio.run, owned.database.migrate(settings)).result()  # an event loop of its own
            self._names[owned.database] = name
        return self._names[owned.database]
