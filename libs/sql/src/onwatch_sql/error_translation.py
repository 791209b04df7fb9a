"""Classifies database errors: unavailable (may be retried) or programming error (raised as it is)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onwatch_sql.errors import StoreFull, StoreUnavailable

# From SQLAlchemy, or from the driver where it is used directly.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise `StoreUnavailable` for errors that mean the database cannot be reached or did not answer in time.

    `StoreFull` if its disk is full.
    """
    try:
        yield
    except UNAVAILABLE as error:
        raise (StoreFull(error) if _says_full(error) else StoreUnavailable(error)) from error


def _says_full(error: Exception) -> bool:
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.errors.DiskFull) or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
