"""Lists everything in Redis under the prefix, for the doctor. Reads every key, so it is not for message handlers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from onwatch_aggregator.live.keys import FINISHING, PREFIX
from onwatch_aggregator.live.redis_client import reached
from onwatch_aggregator.live.redis_values import text, video_and_run
from onwatch_aggregator.live.timestamps import from_us

SCAN_COUNT = 500
KEY_OF_VIDEO = re.compile(r"onwatch:\{([A-Za-z0-9_-]{1,64})\}:(\w+)")
MISSING, NEVER_EXPIRES = -2, -1  # answers of PTTL


@dataclass(frozen=True)
class LiveKey:
    """A key; `video_id` is None where it belongs to no single video."""

    name: str
    video_id: str | None
    what: str
    expires: bool


@dataclass(frozen=True)
class FinishingEntry:
    """A final run that is recorded as being on its way to SQL."""

    video_id: str
    run_id: str
    since: datetime


class RedisInventory:
    """Raises `StoreUnavailable` when Redis is not reached."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def keys(self) -> Sequence[LiveKey]:
        with reached():
            return [key async for key in self._keys()]

    async def _keys(self) -> AsyncIterator[LiveKey]:
        cursor = 0
        seen: set[str] = set()  # SCAN may return a key twice
        while True:
            cursor, found = await self._redis.scan(cursor, match=f"{PREFIX}*", count=SCAN_COUNT)
            names = sorted({text(name) for name in found} - seen)
            seen.update(names)
            for name, ttl_ms in zip(names, await self._ttls_ms(names), strict=True):
                if ttl_ms != MISSING:
                    yield _live_key(name, expires=ttl_ms != NEVER_EXPIRES)
            if cursor == 0:
                return

    async def _ttls_ms(self, names: Sequence[str]) -> Sequence[int]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.pttl(name)
            ttls_ms: Sequence[int] = await pipeline.execute()
        return ttls_ms

    async def finishing(self) -> Sequence[FinishingEntry]:
        with reached():
            found: list[tuple[bytes | str, float]] = cast(
                "Any", await self._redis.zrange(FINISHING, 0, -1, withscores=True)
            )
        return [FinishingEntry(*video_and_run(text(member)), from_us(int(score))) for member, score in found]

    async def let_expire(self, name: str, ttl_s: float) -> None:
        """Set a time to live on a key that has none."""
        with reached():
            if await self._redis.pttl(name) == NEVER_EXPIRES:
                await self._redis.pexpire(name, round(ttl_s * 1000))

    async def remove(self, name: str) -> None:
        with reached():
            await self._redis.delete(name)


def _live_key(name: str, *, expires: bool) -> LiveKey:
    match = KEY_OF_VIDEO.fullmatch(name)
    return LiveKey(name, match[1] if match else None, match[2] if match else name.removeprefix(PREFIX), expires)
