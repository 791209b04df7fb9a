from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy.exc import OperationalError

from onwatch_sql.dump import DATABASE_ERRORS, reason_of


def test_the_reason_has_neither_statement_nor_values() -> None:
    error = OperationalError("INSERT secret", {}, sqlite3.OperationalError("database is locked"))
    assert isinstance(error, DATABASE_ERRORS)
    assert reason_of(error) == "OperationalError: database is locked"
    assert reason_of(psycopg.DataError("invalid byte\nCONTEXT: secret")) == "DataError: invalid byte"
