"""Errors of a database."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from onwatch_runtime.errors import StartRefused, Unavailable
from onwatch_runtime.http import ProblemError
from onwatch_runtime.tls import with_tls_failure


class StoreUnavailable(ProblemError, Unavailable):
    """The database, or the named store, cannot be reached. Trying again later is safe."""

    status = 503
    code = "store_unavailable"
    title = "A store is not reached"

    def __init__(self, error: Exception, store: str = "The database") -> None:
        super().__init__(f"{store} is not reached: {_without_sql(error)}")
        self.headers = {"retry-after": "1"}


class StoreFull(StoreUnavailable):
    """The disk of the database is full. Trying again later is safe."""

    status = 507
    code = "disk_full"
    title = "Disk full"

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.args = ("The disk is full: the database cannot be written. Delete videos or give it more space.",)


def _without_sql(error: Exception) -> str:
    """The driver's own error: SQLAlchemy adds the statement and its values, PostgreSQL the place in them."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first_line, _, _ = str(cause).partition("\n")
    return with_tls_failure(f"{type(cause).__name__}: {first_line}", cause)


class MigrationRefused(StartRefused):
    """The tables are of another version, and the role may not change them."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"the tables of the {owner} have to be migrated, and its role may not do that: run "
            f"`python -m onwatch_{owner} migrate` with ONWATCH_{owner.upper()}_DATABASE_MIGRATION_URL"
        )


class DatabaseTooNew(StartRefused):
    """A newer release has removed from the tables what this one needs."""

    def __init__(self, owner: str, found: str, newest_known: str, needed_revision: str, needed_release: str) -> None:
        super().__init__(
            f"the tables of the {owner} are of migration {found} of a newer Onwatch, and need one that knows migration "
            f"{needed_revision}, which is {needed_release} or newer; this one knows {newest_known} at most: run that "
            "release, or restore a backup from before the upgrade"
        )


class UnknownDatabase(ValueError):
    """The database URL in the settings names an unsupported database."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"database_url begins with {kind}://; expected postgresql+psycopg://user:password@host/database "
            "or sqlite+aiosqlite:///file"
        )
