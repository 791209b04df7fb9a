"""The database of one service: its engine and its migrations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema

from onwatch_sql.error_translation import translated_errors
from onwatch_sql.postgresql import migration_engine, pooled_engine
from onwatch_sql.settings import DatabaseSettings
from onwatch_sql.sqlite import DRIVER, sqlite_engine, writing


@dataclass(frozen=True)
class Database:
    """The part of one service in a database that others may share."""

    owner: str
    """The name of the service; its migrations are in the package `onwatch_<owner>.migrations`."""
    schema: str
    """For PostgreSQL; SQLite has no schemas."""
    migration_lock: int
    """The advisory lock held during a migration: any number that is the same in every version of the service and is
    used by no other service."""

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.owner}"  # one per service, in case several share a SQLite file

    @property
    def application(self) -> str:
        """The name of the connections in `pg_stat_activity`."""
        return f"onwatch-{self.owner}"

    def schema_on(self, dialect: sa.Dialect) -> str | None:
        return self.schema if dialect.name == "postgresql" else None

    def make_engine(self, settings: DatabaseSettings) -> AsyncEngine:
        """An engine that connects when it is first used. The folder of a SQLite file is created.

        `UnknownDatabase` for any other URL.
        """
        url = make_url(settings.database)
        if url.drivername == DRIVER:
            return sqlite_engine(url, self.schema)
        return pooled_engine(url, settings, self.application)

    def sqlite_folder(self, settings: DatabaseSettings) -> Path | None:
        """Where the SQLite file is; None for PostgreSQL, and for SQLite in memory."""
        url = make_url(settings.database)
        is_file = url.drivername == DRIVER and url.database not in (None, "", ":memory:")
        return Path(str(url.database)).parent if is_file else None

    async def migrate(self, settings: DatabaseSettings) -> None:
        """Migrate the tables to the newest version, in one transaction.

        On PostgreSQL, instances that start together take turns; a SQLite file belongs to one process.
        `StoreUnavailable` if the database cannot be reached, or another instance holds the lock for longer than
        `database_migration_timeout_s`.
        """
        engine = writing(self._migration_engine(settings))
        try:
            with translated_errors():
                async with engine.connect() as connection:
                    await self._lock(connection)
                    async with connection.begin():
                        await connection.run_sync(self._upgrade)
        finally:
            await engine.dispose()

    def alembic(self, connection: sa.Connection) -> Config:
        """Tells Alembic where the migrations are, and the connection and schema to apply them to."""
        config = Config()
        config.set_main_option("script_location", f"onwatch_{self.owner}:migrations")
        schema = self.schema_on(connection.dialect)
        config.attributes.update(connection=connection, schema=schema, version_table=self.version_table)
        return config

    def _migration_engine(self, settings: DatabaseSettings) -> AsyncEngine:
        url = make_url(settings.database)
        if url.drivername == DRIVER:
            return sqlite_engine(url, self.schema)
        return migration_engine(url, settings, self.application)

    async def _lock(self, connection: AsyncConnection) -> None:
        """Wait until no other instance migrates. The lock ends with the session, however that ends."""
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.select(sa.func.pg_advisory_lock(self.migration_lock)))
            await connection.commit()

    def _upgrade(self, connection: sa.Connection) -> None:
        schema = self.schema_on(connection.dialect)
        # Checked first: a role without the right to create schemas can use an existing one.
        if schema is not None and not sa.inspect(connection).has_schema(schema):
            connection.execute(CreateSchema(schema))
        command.upgrade(self.alembic(connection), "head")
