"""All that is in Redis under our prefix, for a look at it. Not for the way of a message: it reads every key."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from onwatch_aggregator.live.keys import FINISHING, PREFIX, VideoKeys
from onwatch_aggregator.live.redis_script import RedisScript
from onwatch_aggregator.live.redis_store import reached, text, video_and_run
from onwatch_aggregator.live.timestamps import from_us

SCANNED_AT_ONCE = 500
OF_A_VIDEO = re.compile(r"onwatch:\{([A-Za-z0-9_-]{1,64})\}:(\w+)")
GONE, NEVER_EXPIRES = -2, -1  # what PTTL answers


@dataclass(frozen=True)
class LiveKey:
    """A key; `video_id` is None where it is of no video."""

    name: str
    video_id: str | None
    what: str
    expires: bool


@dataclass(frozen=True)
class FinishingNote:
    """A run that is noted to be on its way to SQL."""

    video_id: str
    run_id: str
    since: datetime


class RedisInventory:
    """`StoreUnavailable` when Redis is not reached."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._end_lease = RedisScript(redis, "end_lease")

    async def keys(self) -> Sequence[LiveKey]:
        with reached():
            return [key async for key in self._keys()]

    async def _keys(self) -> AsyncIterator[LiveKey]:
        cursor = 0
        seen: set[str] = set()  # a scan may give a key twice
        while True:
            cursor, found = await self._redis.scan(cursor, match=f"{PREFIX}*", count=SCANNED_AT_ONCE)
            names = sorted({text(name) for name in found} - seen)
            seen.update(names)
            for name, ttl_ms in zip(names, await self._ttls_ms(names), strict=True):
                if ttl_ms != GONE:
                    yield _live_key(name, expires=ttl_ms != NEVER_EXPIRES)
            if cursor == 0:
                return

    async def _ttls_ms(self, names: Sequence[str]) -> Sequence[int]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.pttl(name)
            ttls_ms: Sequence[int] = await pipeline.execute()
        return ttls_ms

    async def notes(self) -> Sequence[FinishingNote]:
        with reached():
            found: list[tuple[bytes | str, float]] = cast(
                "Any", await self._redis.zrange(FINISHING, 0, -1, withscores=True)
            )
        return [FinishingNote(*video_and_run(text(member)), from_us(int(score))) for member, score in found]

    async def let_expire(self, name: str, ttl_s: float) -> None:
        """Give a key an end, if it has none."""
        with reached():
            if await self._redis.pttl(name) == NEVER_EXPIRES:
                await self._redis.pexpire(name, round(ttl_s * 1000))

    async def remove(self, name: str) -> None:
        with reached():
            await self._redis.delete(name)

    async def end_lease(self, video_id: str, epoch: int) -> None:
        """As if the worker of that epoch had let the run go; nothing happens if another has it by now."""
        with reached():
            await self._end_lease(keys=VideoKeys(video_id).run[:1], args=[epoch])


def _live_key(name: str, *, expires: bool) -> LiveKey:
    match = OF_A_VIDEO.fullmatch(name)
    return LiveKey(name, match[1] if match else None, match[2] if match else name.removeprefix(PREFIX), expires)
