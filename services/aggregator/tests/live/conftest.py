"""Shared by the tests of the live store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis


async def _everything(redis: Redis) -> dict[str, Any]:
    dumped = {}
    for key in sorted(await redis.keys("*")):
        match await redis.type(key):
            case b"hash":
                dumped[key] = await redis.hgetall(key)
            case b"zset":
                dumped[key] = await redis.zrange(key, 0, -1, withscores=True)
            case b"list":
                dumped[key] = await redis.lrange(key, 0, -1)
            case b"set":
                dumped[key] = await redis.smembers(key)
            case _:
                dumped[key] = await redis.get(key)
    return dumped


@pytest.fixture(scope="session")
def everything() -> Callable[[Redis], Awaitable[dict[str, Any]]]:
    """Reads all that a server holds, to check that nothing changed."""
    return _everything
