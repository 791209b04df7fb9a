from __future__ import annotations

from onwatch_sql.errors import StoreUnavailable, UnknownDatabase


def test_a_store_that_is_away_is_named_and_may_be_asked_again() -> None:
    database, redis = StoreUnavailable(OSError("gone")), StoreUnavailable(OSError("gone"), "Redis")

    assert database.detail == "The database is not reached: OSError: gone"
    assert redis.detail == "Redis is not reached: OSError: gone"
    assert (database.status, database.code, database.headers) == (503, "store_unavailable", {"retry-after": "1"})


def test_an_unknown_database_says_what_is_expected() -> None:
    said = str(UnknownDatabase("mysql"))
    assert "mysql://" in said
    assert "expected postgresql+psycopg://" in said
