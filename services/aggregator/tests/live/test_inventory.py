"""The inventory of Redis, on fakeredis and on a real server."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.inventory import FinishingEntry, LiveKey, RedisInventory
from onwatch_aggregator.live.keys import FINISHING
from onwatch_aggregator.live.redis_store import RedisLiveStore


@pytest.fixture
def inventory(redis: Redis) -> RedisInventory:
    return RedisInventory(redis)


async def test_every_key_under_the_prefix_is_listed_once_with_its_video_and_whether_it_expires(
    inventory: RedisInventory, redis: Redis, live: RedisLiveStore, scene: Any
) -> None:
    await scene.finished(video_id="v")
    await live.delete("gone")
    await redis.set("onwatch:{v}:left_over", "1")
    await redis.set("somebody:else", "1")

    found = {(key.video_id, key.what): key.expires for key in await inventory.keys()}

    assert found == {
        ("v", "run"): True,
        ("v", "vehicle_type"): True,
        ("v", "vehicle_dwell_time"): True,
        ("v", "checkpoint"): True,
        ("v", "entered"): True,
        ("v", "left"): True,
        ("v", "counted_as"): True,
        ("v", "log"): True,
        ("v", "epoch"): True,
        ("gone", "deleted"): True,
        (None, "leases"): True,
        ("v", "left_over"): False,
    }


async def test_more_keys_than_one_scan_returns_are_all_listed(inventory: RedisInventory, redis: Redis) -> None:
    await redis.mset({f"onwatch:{{v{number}}}:run": "x" for number in range(1500)})

    assert len({key.name for key in await inventory.keys()}) == len(await inventory.keys()) == 1500


async def test_finishing_entries_are_listed_with_their_time(
    inventory: RedisInventory, live: RedisLiveStore, clock: Any
) -> None:
    await live.add_finishing("v", "run", clock.now())

    assert await inventory.finishing() == [FinishingEntry("v", "run", clock.now())]
    assert LiveKey(FINISHING, None, "finishing", expires=True) in await inventory.keys()


async def test_a_key_without_expiry_gets_one_and_an_existing_expiry_stays(
    inventory: RedisInventory, redis: Redis
) -> None:
    await redis.set("onwatch:{v}:run", "x")
    await redis.set("onwatch:{w}:run", "x", ex=5)

    for name in ("onwatch:{v}:run", "onwatch:{w}:run", "onwatch:{x}:run"):
        await inventory.let_expire(name, 100)

    assert 5 < await redis.ttl("onwatch:{v}:run") <= 100
    assert await redis.ttl("onwatch:{w}:run") <= 5
    assert not await redis.exists("onwatch:{x}:run")


async def test_an_unavailable_server_raises() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nobody:
        with pytest.raises(StoreUnavailable):
            await RedisInventory(nobody).keys()
