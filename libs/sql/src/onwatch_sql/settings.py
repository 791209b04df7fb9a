"""Settings of every service with SQL tables."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, SecretStr

from onwatch_runtime.settings import ServiceSettings


class DatabaseSettings(ServiceSettings):
    """A subclass sets `env_prefix` and `sqlite_file`."""

    sqlite_file: ClassVar[str]
    """The file in `data_dir` that is used without a `database_url`."""

    # Secret, because it may contain a password.
    database_url: SecretStr | None = Field(
        default=None, description="postgresql+psycopg://user:password@host/database; default: a SQLite file in data_dir"
    )

    database_migration_url: SecretStr | None = Field(
        default=None,
        description="the same database for a role that may change tables: migrations use it, and grant the role of "
        "database_url what the service needs; default: database_url, whose role owns the tables",
    )

    # --- limits of PostgreSQL; not used with SQLite
    database_pool_size: int = Field(default=5, ge=1, description="connections at most; the rest wait")
    database_pool_timeout_s: float = Field(default=5.0, gt=0, description="for a free connection")
    database_connect_timeout_s: int = Field(default=5, ge=2, description="for a new connection; whole seconds in libpq")
    database_statement_timeout_s: float = Field(
        default=10.0, gt=0, description="for one statement, including its wait for locks; then the server cancels it"
    )
    database_migration_timeout_s: float = Field(
        default=300.0, gt=0, description="for another instance that is migrating"
    )

    @property
    def database(self) -> str:
        """The URL for SQLAlchemy, including the password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / self.sqlite_file}"

    @property
    def migration_database(self) -> str:
        """The URL for SQLAlchemy of migrations, including the password."""
        return self.database_migration_url.get_secret_value() if self.database_migration_url else self.database
