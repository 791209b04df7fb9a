"""Classifies database errors: unavailable (may be retried) or programming error (raised as it is)."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_sql.errors import MigrationRefused, StoreFull, StoreUnavailable

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


@contextmanager
def refused_migrations(owner: str) -> Iterator[None]:
    """Raise `MigrationRefused` where the role lacks a right."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise MigrationRefused(owner) from error
        raise


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction, which is committed at the end; errors as of `translated_errors`."""
    with translated_errors():
        async with engine.begin() as connection:
            yield connection


def _says_full(error: Exception) -> bool:
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.errors.DiskFull) or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
