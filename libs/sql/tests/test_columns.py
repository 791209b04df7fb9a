from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy.dialects import postgresql, sqlite

from onwatch_sql.columns import Id, UtcDateTime

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_timestamps_are_stored_in_utc() -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()

    assert column.process_bind_param(NOON.astimezone(timezone(timedelta(hours=5))), dialect) == NOON
    assert column.process_result_value(NOON.replace(tzinfo=None), dialect) == NOON
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None


def test_timestamps_are_read_in_utc_whatever_the_servers_time_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-3)))
    found = UtcDateTime().process_result_value(there, postgresql.dialect())

    assert found == NOON
    assert found.tzinfo is UTC


def test_postgresql_compares_ids_byte_by_byte() -> None:
    assert 'COLLATE "C"' in Id.compile(postgresql.dialect())
    assert "COLLATE" not in Id.compile(sqlite.dialect())  # its default
