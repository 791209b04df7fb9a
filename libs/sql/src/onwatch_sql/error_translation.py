"""Classifies database errors: unavailable (may be retried) or programming error (raised as it is)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onwatch_sql.errors import StoreUnavailable

# From SQLAlchemy, or from the driver where it is used directly.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise `StoreUnavailable` for errors that mean the database cannot be reached or did not answer in time."""
    try:
        yield
    except UNAVAILABLE as error:
        raise StoreUnavailable(error) from error
