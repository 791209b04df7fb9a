"""Conformance suite of a service's database: subclass it as `Test...`, and set `tables`."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql

from onwatch_sql.database import Database
from onwatch_sql.errors import StoreUnavailable
from onwatch_sql.settings import DatabaseSettings
from onwatch_testkit.sql.databases import Owned


class DatabaseSuite:
    """Tests the database that the fixture `owned` names."""

    tables: ClassVar[sa.MetaData]

    @pytest.fixture
    def db(self, owned: Owned) -> Database:
        return owned.database

    # --- migrations ------------------------------------------------------------------------------

    async def test_the_migrations_create_exactly_the_tables(self, db: Database, database: DatabaseSettings) -> None:
        engine = db.make_engine(database)
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda sync: _differences(db, sync, self.tables))
        await engine.dispose()

        assert found == []

    async def test_migrating_is_idempotent(self, db: Database, empty_database: DatabaseSettings) -> None:
        await db.migrate(empty_database)
        await db.migrate(empty_database)

        assert await _names_in(db, empty_database) == self._all_names(db)

    async def test_a_downgrade_leaves_nothing(self, db: Database, empty_database: DatabaseSettings) -> None:
        await db.migrate(empty_database)
        engine = db.make_engine(empty_database)
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: command.downgrade(db.alembic(sync), "base"))
        await engine.dispose()

        assert await _names_in(db, empty_database) == {db.version_table}
        await db.migrate(empty_database)
        assert await _names_in(db, empty_database) == self._all_names(db)

    @pytest.mark.connected
    async def test_concurrent_migrations_take_turns(self, db: Database, postgres: DatabaseSettings) -> None:
        """Only on PostgreSQL: a SQLite file belongs to one process."""
        await asyncio.gather(*(db.migrate(postgres) for _ in range(5)))

        assert await _names_in(db, postgres) == self._all_names(db)

    @pytest.mark.connected
    async def test_a_migration_waits_for_the_lock_of_another(self, db: Database, postgres: DatabaseSettings) -> None:
        impatient = postgres.model_copy(update={"database_migration_timeout_s": 0.05})
        with psycopg.connect(postgres.database, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [db.migration_lock])
            with pytest.raises(StoreUnavailable, match="lock timeout"):
                await db.migrate(impatient)
            assert await _names_in(db, postgres) == set()

        await db.migrate(impatient)

        assert await _names_in(db, postgres) == self._all_names(db)

    @pytest.mark.connected
    async def test_migrating_leaves_no_lock_behind(self, db: Database, postgres: DatabaseSettings) -> None:
        await db.migrate(postgres)

        with psycopg.connect(postgres.database) as other:
            assert other.execute("SELECT pg_try_advisory_lock(%s)", [db.migration_lock]).fetchone() == (True,)

    @pytest.mark.connected
    async def test_a_role_without_the_right_to_create_schemas_uses_an_existing_one(
        self, db: Database, postgres: DatabaseSettings
    ) -> None:
        role = postgres.database.rsplit("/", 1)[-1] + "_role"
        with psycopg.connect(postgres.database, autocommit=True) as owner:
            owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'")
            owner.execute(f"CREATE SCHEMA {db.schema} AUTHORIZATION {role}")
            try:
                await db.migrate(postgres.model_copy(update={"database_url": _as_role(postgres, role)}))
                assert await _names_in(db, postgres) == self._all_names(db)
            finally:
                owner.execute(f"DROP OWNED BY {role}")
                owner.execute(f"DROP ROLE {role}")

    # --- engines ---------------------------------------------------------------------------------

    @pytest.mark.connected
    async def test_the_limits_are_those_of_the_settings(self, db: Database, postgres: DatabaseSettings) -> None:
        given = f"{postgres.database}?options=-c%20work_mem%3D8MB"
        limits = {"database_url": SecretStr(given), "database_statement_timeout_s": 1.5}
        engine = db.make_engine(postgres.model_copy(update=limits))
        shown = {}
        async with engine.connect() as connection:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout", "timezone", "application_name"):
                shown[name] = await connection.scalar(sa.text(f"SHOW {name}"))
            assert await connection.scalar(sa.text("SHOW work_mem")) == "8MB"
        await engine.dispose()

        assert shown == {
            "statement_timeout": "1500ms",
            "idle_in_transaction_session_timeout": "1min",
            "timezone": "UTC",
            "application_name": f"onwatch-{db.owner}",
        }

    @pytest.mark.connected
    def test_postgresql_compares_every_id_byte_by_byte(
        self, db: Database, postgres_with_tables: DatabaseSettings
    ) -> None:
        """Alembic does not compare collations."""
        with psycopg.connect(postgres_with_tables.database) as connection:
            found = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = %s AND collation_name = 'C'",
                [db.schema],
            ).fetchall()

        assert sorted(found) == sorted(self._compared_byte_by_byte())

    def _all_names(self, db: Database) -> set[str]:
        return {db.version_table, *(table.name for table in self.tables.sorted_tables)}

    def _compared_byte_by_byte(self) -> list[tuple[str, str]]:
        columns = [(table.name, column) for table in self.tables.sorted_tables for column in table.c]
        return [(table, column.name) for table, column in columns if _collation(column.type) == "C"]


def _collation(kind: sa.types.TypeEngine[Any]) -> str | None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return getattr(kind.dialect_impl(dialect), "collation", None)


def _as_role(settings: DatabaseSettings, role: str) -> SecretStr:
    url = sa.make_url(settings.database).set(username=role, password=role)
    return SecretStr(url.render_as_string(hide_password=False))


async def _names_in(db: Database, settings: DatabaseSettings) -> set[str]:
    engine = db.make_engine(settings)
    async with engine.connect() as connection:
        schema = db.schema_on(connection.dialect)
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names(schema))
    await engine.dispose()
    return set(names)


def _differences(db: Database, connection: sa.Connection, tables: sa.MetaData) -> list[Any]:
    schema = db.schema_on(connection.dialect)
    options = {
        "version_table": db.version_table,
        "version_table_schema": schema,
        "include_schemas": schema is not None,
        "compare_type": True,
    }
    expected = tables if schema else _without_schema(tables)
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), expected))


def _without_schema(tables: sa.MetaData) -> sa.MetaData:
    copied = sa.MetaData()
    for table in tables.sorted_tables:
        # Without a schema; the type stubs allow only a name.
        table.to_metadata(copied, schema=None, referred_schema_fn=lambda *_: sa.BLANK_SCHEMA)  # type: ignore[arg-type]
    return copied
