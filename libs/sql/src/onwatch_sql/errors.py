"""Errors of a database."""

from __future__ import annotations

from onwatch_runtime.errors import Unavailable
from onwatch_runtime.http import ProblemError


class StoreUnavailable(ProblemError, Unavailable):
    """The database, or the named store, cannot be reached. Trying again later is safe."""

    status = 503
    code = "store_unavailable"
    title = "A store is not reached"

    def __init__(self, error: Exception, store: str = "The database") -> None:
        super().__init__(f"{store} is not reached: {type(error).__name__}: {error}")
        self.headers = {"retry-after": "1"}


class UnknownDatabase(ValueError):
    """The database URL in the settings names an unsupported database."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"database_url begins with {kind}://; expected postgresql+psycopg://user:password@host/database "
            "or sqlite+aiosqlite:///file"
        )
