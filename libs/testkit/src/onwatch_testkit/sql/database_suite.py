"""Conformance suite of a service's database: subclass it as `Test...`, and set `tables`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ProgrammingError

from onwatch_sql.contract import Contract, contract_of
from onwatch_sql.database import Database
from onwatch_sql.errors import DatabaseTooNew, MigrationRefused, StoreUnavailable
from onwatch_sql.settings import DatabaseSettings
from onwatch_testkit.sql.databases import Owned
from onwatch_testkit.sql.expand_contract import Shape, broken_by, shape_of, wrong_contracts
from onwatch_testkit.sql.newer_release import ADDS_A_COLUMN_AND_A_TABLE, NewerDatabase, newer_release


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

    @pytest.mark.connected
    async def test_another_role_may_run_the_service_and_change_no_table(
        self, db: Database, postgres: DatabaseSettings
    ) -> None:
        with role_in(postgres) as role:
            running = postgres.model_copy(
                update={"database_url": _as_role(postgres, role), "database_migration_url": postgres.database_url}
            )
            await db.migrate(running)
            assert _rights_in(db, postgres, role) == self._expected_rights(db)
            alone = running.model_copy(update={"database_migration_url": None})
            await db.migrate(alone)  # at the newest version there is nothing to change
            engine = db.make_engine(alone)
            async with engine.connect() as connection:
                with pytest.raises(ProgrammingError, match="must be owner"):
                    await connection.execute(sa.text(f"DROP TABLE {self.tables.sorted_tables[-1].fullname}"))
            await engine.dispose()

    @pytest.mark.connected
    async def test_a_role_that_may_not_migrate_is_told_how(self, db: Database, postgres: DatabaseSettings) -> None:
        with role_in(postgres) as role:
            settings = postgres.model_copy(update={"database_url": _as_role(postgres, role)})
            with pytest.raises(MigrationRefused, match=f"onwatch_{db.owner} migrate"):
                await db.migrate(settings)

    # --- releases side by side -------------------------------------------------------------------

    async def test_only_contract_steps_break_the_release_before(
        self, db: Database, empty_database: DatabaseSettings
    ) -> None:
        """Failed, it wants the migration in two steps, the second for a later release (decision 0051)."""
        engine = db.make_engine(empty_database)
        async with engine.begin() as connection:
            broken = await connection.run_sync(lambda sync: dict(_breaking_migrations(db, sync)))
        await engine.dispose()

        contracts = {script.revision for script in db.scripts().walk_revisions() if contract_of(script) is not None}
        assert broken.keys() <= contracts, broken

    def test_contract_steps_name_earlier_migrations(self, db: Database) -> None:
        scripts = reversed([*db.scripts().walk_revisions()])
        assert [*wrong_contracts([(script.revision, contract_of(script)) for script in scripts])] == []

    async def test_tables_of_a_newer_release_are_used_and_stay_as_they_are(
        self, db: Database, database: DatabaseSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        newer = self._newer(db, tmp_path)
        await newer.migrate(database)
        before = await _names_in(db, database)
        with caplog.at_level(logging.WARNING):
            await db.migrate(database)

        (line,) = (record.getMessage() for record in caplog.records if record.name == "onwatch_sql.database")
        assert "migration ahead" in line
        assert f"knows {db.newest_revision} at most" in line
        assert await _names_in(db, database) == before == self._all_names(db) | {"newer"}
        assert await _revision_in(db, database) == "ahead"

    async def test_tables_that_need_a_newer_release_are_refused(
        self, db: Database, database: DatabaseSettings, tmp_path: Path
    ) -> None:
        await self._newer(db, tmp_path, Contract("ahead", "9.8.7")).migrate(database)
        with pytest.raises(DatabaseTooNew) as refused:
            await db.migrate(database)

        text = str(refused.value)
        assert f"tables of the {db.owner} are of migration ahead" in text
        assert "9.8.7 or newer" in text
        assert f"knows {db.newest_revision} at most" in text

    async def test_a_contract_step_that_this_release_is_ready_for_is_no_obstacle(
        self, db: Database, database: DatabaseSettings, tmp_path: Path
    ) -> None:
        newer = self._newer(db, tmp_path, Contract(db.newest_revision, "0.2.0"))
        await newer.migrate(database)
        await db.migrate(database)
        await newer.migrate(database)

        assert await _revision_in(db, database) == "ahead"

    @pytest.mark.connected
    async def test_a_role_without_rights_works_on_tables_of_a_newer_release(
        self, db: Database, postgres: DatabaseSettings, tmp_path: Path
    ) -> None:
        with role_in(postgres) as role:
            owner = {"database_url": _as_role(postgres, role), "database_migration_url": postgres.database_url}
            await self._newer(db, tmp_path, Contract(db.newest_revision, "0.2.0")).migrate(
                postgres.model_copy(update=owner)
            )
            granted = _rights_in(db, postgres, role)
            await db.migrate(postgres.model_copy(update={"database_url": owner["database_url"]}))
            await db.migrate(postgres.model_copy(update=owner))
            assert _rights_in(db, postgres, role) == granted

    def _newer(self, db: Database, folder: Path, contract: Contract | None = None) -> NewerDatabase:
        body = ADDS_A_COLUMN_AND_A_TABLE.format(table=self.tables.sorted_tables[0].name)
        return newer_release(db, folder / "newer", body, contract)

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

    def _expected_rights(self, db: Database) -> dict[str, set[str]]:
        all_rights = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        rights = {
            table.name: {"SELECT", "INSERT"} if table.name in db.append_only else all_rights
            for table in self.tables.sorted_tables
        }
        assert db.append_only <= rights.keys()
        return rights | {db.version_table: {"SELECT"}}

    def _compared_byte_by_byte(self) -> list[tuple[str, str]]:
        columns = [(table.name, column) for table in self.tables.sorted_tables for column in table.c]
        return [(table, column.name) for table, column in columns if _collation(column.type) == "C"]


def _collation(kind: sa.types.TypeEngine[Any]) -> str | None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return getattr(kind.dialect_impl(dialect), "collation", None)


@contextmanager
def role_in(settings: DatabaseSettings) -> Iterator[str]:
    """A role without any right but to connect to this database."""
    role = settings.database.rsplit("/", 1)[-1] + "_runs"
    with psycopg.connect(settings.database, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'")
        try:
            yield role
        finally:
            owner.execute(f"DROP OWNED BY {role}")
            owner.execute(f"DROP ROLE {role}")


def _rights_in(db: Database, settings: DatabaseSettings, role: str) -> dict[str, set[str]]:
    query = "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
    found: dict[str, set[str]] = {}
    with psycopg.connect(settings.database) as connection:
        for table, right in connection.execute(
            f"{query} WHERE grantee = %s AND table_schema = %s", [role, db.schema]
        ).fetchall():
            found.setdefault(table, set()).add(right)
    return found


def _as_role(settings: DatabaseSettings, role: str) -> SecretStr:
    url = sa.make_url(settings.database).set(username=role, password=role)
    return SecretStr(url.render_as_string(hide_password=False))


def _breaking_migrations(db: Database, connection: sa.Connection) -> Iterator[tuple[str, list[str]]]:
    """Migrates an empty database one by one; yields the migrations that the release before does not survive."""
    schema = db.schema_on(connection.dialect)
    before: Shape = {}
    for script in reversed([*db.scripts().walk_revisions()]):
        db.upgrade(connection, script.revision)
        after = shape_of(connection, schema, but=db.version_table)
        if broken := [*broken_by(before, after)]:
            yield script.revision, broken
        before = after


async def _revision_in(db: Database, settings: DatabaseSettings) -> str | None:
    engine = db.make_engine(settings)
    async with engine.connect() as connection:
        revision = await connection.run_sync(db.current_revision)
    await engine.dispose()
    return revision


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
