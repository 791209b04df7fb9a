from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from pydantic import SecretStr

from onwatch_catalog.database import MIGRATION_LOCK, MIGRATIONS, VERSION_TABLE, make_engine, migrate
from onwatch_catalog.errors import StoreUnavailable, UnknownDatabase
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.tables import SCHEMA, metadata

TABLES = {table.name for table in metadata.sorted_tables}


async def names_in(settings: CatalogSettings) -> set[str]:
    engine = make_engine(settings)
    schema = SCHEMA if engine.dialect.name == "postgresql" else None
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names(schema))
    await engine.dispose()
    return set(names)


async def test_migrating_twice_is_the_same_as_once(nothing_there: CatalogSettings) -> None:
    await migrate(nothing_there)
    await migrate(nothing_there)

    assert await names_in(nothing_there) == {*TABLES, VERSION_TABLE}


@pytest.mark.connected
async def test_instances_that_start_at_once_take_turns(postgres: CatalogSettings) -> None:
    """A SQLite file is one process's own."""
    await asyncio.gather(*(migrate(postgres) for _ in range(5)))

    assert await names_in(postgres) == {*TABLES, VERSION_TABLE}


async def test_the_way_back_leaves_nothing(nothing_there: CatalogSettings) -> None:
    await migrate(nothing_there)
    engine = make_engine(nothing_there)

    def downgrade(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", MIGRATIONS)
        schema = SCHEMA if connection.dialect.name == "postgresql" else None
        config.attributes.update(connection=connection, schema=schema, version_table=VERSION_TABLE)
        command.downgrade(config, "base")

    async with engine.begin() as connection:
        await connection.run_sync(downgrade)
    await engine.dispose()

    assert await names_in(nothing_there) == {VERSION_TABLE}
    await migrate(nothing_there)
    assert await names_in(nothing_there) == {*TABLES, VERSION_TABLE}


async def test_a_sqlite_file_is_written_ahead(tmp_path: Path) -> None:
    engine = make_engine(CatalogSettings(data_dir=tmp_path / "deep"))
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
    await engine.dispose()


@pytest.mark.connected
async def test_nobody_migrates_while_another_does(postgres: CatalogSettings) -> None:
    impatient = postgres.model_copy(update={"database_migration_timeout_s": 0.05})
    with psycopg.connect(postgres.database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await migrate(impatient)
        assert await names_in(postgres) == set()

    await migrate(impatient)

    assert await names_in(postgres) == {*TABLES, VERSION_TABLE}


@pytest.mark.connected
async def test_migrating_leaves_no_lock_behind(postgres: CatalogSettings) -> None:
    await migrate(postgres)

    with psycopg.connect(postgres.database) as other:
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [MIGRATION_LOCK]).fetchone() == (True,)


@pytest.mark.connected
async def test_a_role_that_may_not_make_schemas_uses_one_that_was_made_for_it(postgres: CatalogSettings) -> None:
    role = postgres.database.rsplit("/", 1)[-1] + "_role"
    with psycopg.connect(postgres.database, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN")
        owner.execute(f"CREATE SCHEMA catalog AUTHORIZATION {role}")
        try:
            await migrate(postgres.model_copy(update={"database_url": limited(postgres, role)}))
            assert await names_in(postgres) == {*TABLES, VERSION_TABLE}
        finally:
            owner.execute(f"DROP OWNED BY {role}")
            owner.execute(f"DROP ROLE {role}")


def limited(settings: CatalogSettings, role: str) -> SecretStr:
    return SecretStr(sa.make_url(settings.database).set(username=role).render_as_string(hide_password=False))


@pytest.mark.connected
async def test_the_limits_are_those_of_the_settings(postgres: CatalogSettings) -> None:
    given = f"{postgres.database}?options=-c%20work_mem%3D8MB"
    limits = {"database_url": SecretStr(given), "database_statement_timeout_s": 1.5}
    engine = make_engine(postgres.model_copy(update=limits))
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
        "application_name": "onwatch-catalog",
    }


@pytest.mark.parametrize("kind", ["mysql", "postgresql+asyncpg", "sqlite"])
def test_a_database_of_another_kind_is_refused_by_name_and_without_its_password(kind: str) -> None:
    with pytest.raises(UnknownDatabase, match=rf"begins with {kind.replace('+', '.')}://") as refused:
        make_engine(CatalogSettings(database_url=f"{kind}://u:secret@host/db"))
    assert "secret" not in str(refused.value)


def test_the_driver_need_not_be_named() -> None:
    engine = make_engine(CatalogSettings(database_url="postgresql://u@host/db"))
    assert engine.url.drivername == "postgresql+psycopg"
