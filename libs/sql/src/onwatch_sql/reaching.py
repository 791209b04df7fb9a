"""What is a database that is away, and what is an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onwatch_sql.errors import StoreUnavailable

# Of SQLAlchemy, or of the driver where it is used directly.
AWAY = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)


@contextmanager
def reached() -> Iterator[None]:
    """`StoreUnavailable` for whatever means that the database is not reached, or did not answer in time."""
    try:
        yield
    except AWAY as error:
        raise StoreUnavailable(error) from error
