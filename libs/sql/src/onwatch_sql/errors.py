"""Errors of a database."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from onwatch_runtime.errors import Unavailable
from onwatch_runtime.http import ProblemError


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
    return f"{type(cause).__name__}: {first_line}"


class UnknownDatabase(ValueError):
    """The database URL in the settings names an unsupported database."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"database_url begins with {kind}://; expected postgresql+psycopg://user:password@host/database "
            "or sqlite+aiosqlite:///file"
        )
