"""Fixtures for the tests of services with tables (a pytest plug-in). Their `conftest.py` provides `owned`.

Each pytest run loads it: what takes seconds to import is imported inside the fixture that needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onwatch_testkit.servers import PostgresServer

if TYPE_CHECKING:
    from onwatch_sql.settings import DatabaseSettings
    from onwatch_testkit.sql.databases import Owned, SqliteTemplates, Templates

pytest.register_assert_rewrite("onwatch_testkit.sql.database_suite")


@pytest.fixture
def owned() -> Owned:
    """The database under test."""
    raise NotImplementedError("the conftest.py of a service with tables has to provide the fixture `owned`")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.connected)])
def on_postgresql(request: pytest.FixtureRequest) -> bool:
    """True on PostgreSQL, False on SQLite."""
    return bool(request.param == "postgresql")


@pytest.fixture(scope="session")
def database_templates(postgres_server: PostgresServer) -> Iterator[Templates]:
    from onwatch_testkit.sql.databases import Templates

    with ExitStack() as until:
        yield Templates(postgres_server, until)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    from onwatch_testkit.sql.databases import SqliteTemplates

    return SqliteTemplates(tmp_path_factory.mktemp("sqlite-templates"))


@pytest.fixture
def migrated_folder(owned: Owned, sqlite_templates: SqliteTemplates, tmp_path: Path) -> Path:
    """The folder of the test, with the tables of the service in a SQLite file."""
    sqlite_templates.copy(owned, tmp_path)
    return tmp_path


@pytest.fixture
def postgres(owned: Owned, postgres_server: PostgresServer) -> Iterator[DatabaseSettings]:
    """An empty database in PostgreSQL."""
    from onwatch_testkit.sql.databases import new_database

    with new_database(postgres_server, owned.database.owner) as name:
        yield owned.settings.load(None, {}, database_url=postgres_server.url_of(name))


@pytest.fixture
def postgres_with_tables(
    owned: Owned, postgres_server: PostgresServer, database_templates: Templates
) -> Iterator[DatabaseSettings]:
    from onwatch_testkit.sql.databases import new_database

    with new_database(postgres_server, owned.database.owner, f"TEMPLATE {database_templates.of(owned)}") as name:
        yield owned.settings.load(None, {}, database_url=postgres_server.url_of(name))


@pytest.fixture
def empty_database(
    owned: Owned, on_postgresql: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> DatabaseSettings:
    """An empty database on PostgreSQL or SQLite."""
    if on_postgresql:
        empty: DatabaseSettings = request.getfixturevalue("postgres")
        return empty
    return owned.settings.load(None, {}, data_dir=tmp_path / "not" / "there")


@pytest.fixture
def database(owned: Owned, on_postgresql: bool, request: pytest.FixtureRequest) -> DatabaseSettings:
    """A migrated database on PostgreSQL or SQLite."""
    if on_postgresql:
        with_tables: DatabaseSettings = request.getfixturevalue("postgres_with_tables")
        return with_tables
    return owned.settings.load(None, {}, data_dir=request.getfixturevalue("migrated_folder"))
