"""One service's database: the engine, and bringing its tables up to date."""

from __future__ import annotations

from dataclasses import dataclass

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
    """What is one owner's own in a database that others may share."""

    owner: str
    """The service; the migrations are in the package `onwatch_<owner>.migrations`."""
    schema: str
    """In PostgreSQL; a SQLite file has none."""
    migration_lock: int
    """Whoever migrates holds this advisory lock of the database. Any number will do that is the same in every version
    of the owner and no other service's."""

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.owner}"  # its own, should services share a SQLite file

    @property
    def application(self) -> str:
        """How PostgreSQL's lists call the connections."""
        return f"onwatch-{self.owner}"

    def schema_on(self, dialect: sa.Dialect) -> str | None:
        return self.schema if dialect.name == "postgresql" else None

    def make_engine(self, settings: DatabaseSettings) -> AsyncEngine:
        """An engine that connects when it is first used; the folder of a SQLite file is made.

        `UnknownDatabase` for an address of another kind.
        """
        url = make_url(settings.database)
        if url.drivername == DRIVER:
            return sqlite_engine(url, self.schema)
        return pooled_engine(url, settings, self.application)

    async def migrate(self, settings: DatabaseSettings) -> None:
        """Bring the tables up to the newest version, all or nothing; nothing happens if they are.

        Instances that start at once on PostgreSQL take turns; a SQLite file is one process's own. `StoreUnavailable`
        when the database is not reached, or when another instance has not ended its turn within
        `database_migration_timeout_s`.
        """
        engine = writing(self._migration_engine(settings))
        try:
            with translated_errors():
                async with engine.connect() as connection:
                    await self._take_turn(connection)
                    async with connection.begin():
                        await connection.run_sync(self._upgrade)
        finally:
            await engine.dispose()

    def alembic(self, connection: sa.Connection) -> Config:
        """How Alembic finds the migrations, and where they are to happen."""
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

    async def _take_turn(self, connection: AsyncConnection) -> None:
        """Wait until nobody else migrates. The turn ends with the session, however that ends."""
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.select(sa.func.pg_advisory_lock(self.migration_lock)))
            await connection.commit()

    def _upgrade(self, connection: sa.Connection) -> None:
        schema = self.schema_on(connection.dialect)
        # Looked for first: a role that may not make schemas can use one that was made for it.
        if schema is not None and not sa.inspect(connection).has_schema(schema):
            connection.execute(CreateSchema(schema))
        command.upgrade(self.alembic(connection), "head")
