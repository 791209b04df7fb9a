from __future__ import annotations

from onwatch_sql.errors import StoreUnavailable, UnknownDatabase


def test_an_unavailable_store_is_named_and_may_be_retried() -> None:
    database, redis = StoreUnavailable(OSError("gone")), StoreUnavailable(OSError("gone"), "Redis")

    assert database.detail == "The database is not reached: OSError: gone"
    assert redis.detail == "Redis is not reached: OSError: gone"
    assert (database.status, database.code, database.headers) == (503, "store_unavailable", {"retry-after": "1"})


def test_an_unknown_database_names_the_supported_ones() -> None:
    text = str(UnknownDatabase("mysql"))
    assert "mysql://" in text
    assert "expected postgresql+psycopg://" in text
