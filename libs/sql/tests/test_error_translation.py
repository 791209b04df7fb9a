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
def test_a_database_that_is_away_is_said_to_be(error: Exception) -> None:
    with pytest.raises(StoreUnavailable, match=type(error).__name__), translated_errors():
        raise error


def test_an_error_of_ours_stays_one() -> None:
    with pytest.raises(IntegrityError), translated_errors():
        raise IntegrityError("INSERT", {}, ValueError("twice"))
