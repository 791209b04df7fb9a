from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

from onwatch_aggregator.live.keys import VideoKeys
from onwatch_aggregator.live.redis_script import RedisScript

KEYS = [*VideoKeys("video").run, VideoKeys("video").epoch, VideoKeys("video").deleted]


async def calls(redis: Redis) -> dict[str, int]:
    """How often the server received each command. Only a real server counts them."""
    found: dict[str, Any] = await redis.info("commandstats")
    return {name: found.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("eval", "evalsha")}


async def test_a_script_is_run_by_its_digest(redis: Redis):
    delete = RedisScript(redis, "delete")
    assert await redis.script_load(delete._text) in (delete.digest, delete.digest.encode())
    await delete(KEYS, [1_000])
    assert await redis.keys("*") == [KEYS[-1].encode()]


async def test_a_server_that_does_not_know_the_script_gets_it_and_keeps_it(redis: Redis, on_servers: bool):
    delete = RedisScript(redis, "delete")
    await redis.script_flush()
    before = await calls(redis) if on_servers else {}
    await delete(KEYS, [1_000])
    await delete(KEYS, [1_000])
    assert await redis.script_exists(delete.digest) == [True]
    if on_servers:
        after = await calls(redis)
        assert (after["eval"] - before["eval"], after["evalsha"] - before["evalsha"]) == (1, 2)
