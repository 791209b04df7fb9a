"""The database of one service: its engine and its migrations."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema

from onwatch_sql.contract import recorded_contract
from onwatch_sql.error_translation import refused_migrations, translated_errors
from onwatch_sql.errors import DatabaseTooNew
from onwatch_sql.grants import grants
from onwatch_sql.postgresql import migration_engine, pooled_engine
from onwatch_sql.settings import DatabaseSettings
from onwatch_sql.sqlite import DRIVER, sqlite_engine, writing

log = logging.getLogger(__name__)


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
    append_only: frozenset[str] = frozenset()
    """Tables whose rows a service never changes or deletes."""

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
        """Migrate the tables to the newest version, in one transaction; those of a newer release stay as they are.

        On PostgreSQL, instances that start together take turns; a SQLite file belongs to one process.
        `StoreUnavailable` if the database cannot be reached, or another instance holds the lock for longer than
        `database_migration_timeout_s`; `MigrationRefused` if a role without the right to it would have to;
        `DatabaseTooNew` if a newer release has removed what this one needs.
        """
        engine = writing(self._migration_engine(settings))
        try:
            with translated_errors():
                async with engine.connect() as connection:
                    await self._lock(connection)
                    async with connection.begin():
                        await connection.run_sync(self._migrate, make_url(settings.database).username)
        finally:
            await engine.dispose()

    def alembic(self, connection: sa.Connection) -> Config:
        """Tells Alembic where the migrations are, and the connection and schema to apply them to."""
        config = self._config()
        schema = self.schema_on(connection.dialect)
        config.attributes.update(connection=connection, schema=schema, version_table=self.version_table)
        return config

    def _migration_engine(self, settings: DatabaseSettings) -> AsyncEngine:
        url = make_url(settings.migration_database)
        if url.drivername == DRIVER:
            return sqlite_engine(url, self.schema)
        return migration_engine(url, settings, self.application)

    def _migrate(self, connection: sa.Connection, role: str | None) -> None:
        with refused_migrations(self.owner):
            if self._is_of_newer_release(connection):
                return  # that release has granted the rights, too
            if self.current_revision(connection) != self.newest_revision:
                self.upgrade(connection)
        self._grant(connection, role)

    def _is_of_newer_release(self, connection: sa.Connection) -> bool:
        """Whether the tables are ahead of this release, which can work with them."""
        found, newest = self.current_revision(connection), self.newest_revision
        if found is None or self.knows(found):
            return False
        contract = recorded_contract(connection, self.version_table, self.schema_on(connection.dialect))
        if contract is not None and not self.knows(contract.oldest_revision):
            raise DatabaseTooNew(self.owner, found, newest, contract.oldest_revision, contract.oldest_release)
        text = "the tables of the %s are of migration %s of a newer Onwatch, and stay so: this one knows %s at most"
        log.warning(text, self.owner, found, newest)
        return True

    async def _lock(self, connection: AsyncConnection) -> None:
        """Wait until no other instance migrates. The lock ends with the session, however that ends."""
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.select(sa.func.pg_advisory_lock(self.migration_lock)))
            await connection.commit()

    def upgrade(self, connection: sa.Connection, revision: str = "head") -> None:
        """Migrate the tables to the revision, in the transaction of the connection."""
        schema = self.schema_on(connection.dialect)
        # Checked first: a role without the right to create schemas can use an existing one.
        if schema is not None and not sa.inspect(connection).has_schema(schema):
            connection.execute(CreateSchema(schema))
        command.upgrade(self.alembic(connection), revision)

    def _grant(self, connection: sa.Connection, role: str | None) -> None:
        """Give the role that runs the service its rights, if another one migrates."""
        schema = self.schema_on(connection.dialect)
        if schema is not None and role not in (None, connection.engine.url.username):
            tables = sa.inspect(connection).get_table_names(schema)
            for statement in grants(schema, {table: self._rights(table) for table in tables}, str(role)):
                connection.execute(sa.text(statement))

    def _rights(self, table: str) -> str:
        if table == self.version_table:
            return "SELECT"
        return "SELECT, INSERT" if table in self.append_only else "SELECT, INSERT, UPDATE, DELETE"

    def current_revision(self, connection: sa.Connection) -> str | None:
        """Of the tables; None without any."""
        options = {"version_table": self.version_table, "version_table_schema": self.schema_on(connection.dialect)}
        return MigrationContext.configure(connection, opts=options).get_current_revision()

    @property
    def newest_revision(self) -> str:
        """To which this version of the service migrates."""
        return str(self.scripts().get_current_head())

    def knows(self, revision: str) -> bool:
        """Whether this version of the service has that migration."""
        return revision in {script.revision for script in self.scripts().walk_revisions()}

    def scripts(self) -> ScriptDirectory:
        """The migrations that this version of the service has."""
        return _scripts_of(self.owner)

    def _config(self) -> Config:
        return _config_of(self.owner)


def _config_of(owner: str) -> Config:
    config = Config()
    config.set_main_option("script_location", f"onwatch_{owner}:migrations")
    return config


@cache
def _scripts_of(owner: str) -> ScriptDirectory:
    """Kept, because Alembic reads and compiles each file again for each directory."""
    return ScriptDirectory.from_config(_config_of(owner))
