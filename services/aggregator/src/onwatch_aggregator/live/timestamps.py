"""Timestamps as whole microseconds since 1970 UTC: exact in Redis, in Lua's numbers (below 2^53) and in Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(timestamp: datetime) -> int:
    return (timestamp - EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
