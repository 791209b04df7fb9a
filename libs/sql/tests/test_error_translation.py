from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onwatch_sql.error_translation import translated_errors
from onwatch_sql.errors import StoreUnavailable


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", {}, OSError("gone")), PoolTimeout("all in use"), psycopg.OperationalError("gone")],
)
def test_an_unreachable_database_is_store_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable, match=type(error).__name__), translated_errors():
        raise error


def test_a_programming_error_is_raised_as_it_is() -> None:
    with pytest.raises(IntegrityError), translated_errors():
        raise IntegrityError("INSERT", {}, ValueError("twice"))
