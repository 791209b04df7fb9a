from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onwatch_sql.error_translation import translated_errors
from onwatch_sql.errors import StoreFull, StoreUnavailable


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", {}, OSError("gone")), PoolTimeout("all in use"), psycopg.OperationalError("gone")],
)
def test_an_unreachable_database_is_store_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable, match=r"gone|all in use") as caught, translated_errors():
        raise error
    assert "SELECT" not in caught.value.detail


def _from_sqlite(code: int) -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "cause", [_from_sqlite(sqlite3.SQLITE_FULL), psycopg.errors.DiskFull("could not extend file")], ids=type
)
def test_a_full_disk_is_store_full_and_may_be_retried(cause: Exception) -> None:
    with pytest.raises(StoreFull, match="The disk is full") as caught, translated_errors():
        raise OperationalError("INSERT INTO videos", {"name": "secret"}, cause)
    assert isinstance(caught.value, StoreUnavailable)
    assert (caught.value.status, caught.value.code) == (507, "disk_full")
    assert "INSERT" not in caught.value.detail


def test_no_statement_and_no_value_is_part_of_an_answer() -> None:
    cause = psycopg.OperationalError('canceled\nLINE 1: SELECT "secret"')
    error = StoreUnavailable(OperationalError("SELECT name", {"name": "secret"}, cause))
    assert error.detail == "The database is not reached: OperationalError: canceled"


def test_a_programming_error_is_raised_as_it_is() -> None:
    with pytest.raises(IntegrityError), translated_errors():
        raise IntegrityError("INSERT", {}, ValueError("twice"))
