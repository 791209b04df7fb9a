from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from onwatch_catalog.errors import StorageQuotaExceeded, StoreUnavailable
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.storage.quota import STEP_BYTES, StorageQuota
from onwatch_contracts.messages import VideoDeletedV1


@pytest.fixture
def add(store: SqlStore, make_video: Any) -> Callable[[str, int], Any]:
    """Adds a video of a size."""
    return lambda video_id, size_bytes: store.add(replace(make_video(video_id), size_bytes=size_bytes))


async def test_what_is_stored_and_reserved_counts_and_the_limit_itself_is_allowed(store: SqlStore, add: Any) -> None:
    await add("a", 400)
    quota = StorageQuota(store, 1000)
    async with quota.reserved("b", 500):
        with pytest.raises(StorageQuotaExceeded, match=r"1\.0 kB and take 900 bytes.* needs 101 bytes"):
            await quota.reserve("c", 101)
        await quota.reserve("c", 100)
        assert (await quota.usage()).used_bytes == 1000
    assert (await quota.usage()).used_bytes == 500


async def test_what_is_refused_reserves_nothing(store: SqlStore) -> None:
    quota = StorageQuota(store, 1000)
    with pytest.raises(StorageQuotaExceeded):
        async with quota.reserved("a", 1001):
            pytest.fail("it must not be written")
    await quota.reserve("b", 1000)


async def test_uploads_at_the_same_time_cannot_pass_the_limit_together(store: SqlStore, add: Any) -> None:
    await add("a", 100)
    quotas = [StorageQuota(store, 1000) for _ in range(2)]  # of two processes
    answers = await asyncio.gather(*(quotas[n % 2].reserve(f"v{n}", 300) for n in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(StorageQuotaExceeded) == 2
    assert (await quotas[0].usage()).used_bytes == 1000


async def test_a_reservation_grows_with_what_arrives_in_steps_where_they_fit(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    reserve = store.reserve_bytes

    async def noted(owner: str, size_bytes: int, limit_bytes: int) -> int | None:
        asked.append(size_bytes)
        return await reserve(owner, size_bytes, limit_bytes)

    monkeypatch.setattr(store, "reserve_bytes", noted)
    limit_bytes = STEP_BYTES + 1000
    quota = StorageQuota(store, limit_bytes)
    async with quota.reserved("a", 0):
        for size_bytes in (1, 2, 3, 900, STEP_BYTES, STEP_BYTES + 1, limit_bytes):
            await quota.reserve("a", size_bytes)
        assert asked == [0, STEP_BYTES, 2 * STEP_BYTES, STEP_BYTES + 1, 2 * STEP_BYTES, limit_bytes]
        await quota.reserve("a", 500)  # less: nothing is given back
        with pytest.raises(StorageQuotaExceeded, match="take 0 bytes"):
            await quota.reserve("a", limit_bytes + 1)
        assert (await quota.usage()).used_bytes == limit_bytes


async def test_an_upload_that_has_just_become_a_video_counts_once(store: SqlStore, add: Any) -> None:
    quota = StorageQuota(store, 1000)
    async with quota.reserved("a", 600):
        await add("a", 600)
        assert (await quota.usage()).used_bytes == 600
    assert (await quota.usage()).used_bytes == 600


async def test_a_deleted_video_makes_room(store: SqlStore, add: Any, clock: Any) -> None:
    await add("a", 600)
    quota = StorageQuota(store, 1000)
    with pytest.raises(StorageQuotaExceeded):
        await quota.reserve("b", 401)
    await store.remove("a", VideoDeletedV1(message_id="m", occurred_at=clock.now(), video_id="a"))
    await quota.reserve("b", 1000)


async def test_what_a_process_reserved_that_does_not_live_is_free(store: SqlStore) -> None:
    await StorageQuota(SqlStore(store._engine, lambda: 7), 1000).reserve("a", 600)
    assert (await StorageQuota(store, 1000).usage()).used_bytes == 0
    await StorageQuota(store, 1000).reserve("b", 1000)


async def test_what_cannot_be_released_now_is_released_later(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: str) -> None:
        raise StoreUnavailable(OSError("away"))

    quota = StorageQuota(store, 1000)
    with monkeypatch.context() as patched:
        patched.setattr(store, "release_bytes", away)
        async with quota.reserved("a", 600):
            pass
    await quota.reserve("b", 1000)


async def test_without_a_limit_everything_fits(store: SqlStore, add: Any) -> None:
    await add("a", 5)
    quota = StorageQuota(store, None)
    await quota.reserve("b", 1 << 50)
    assert (await quota.usage()).model_dump() == {"used_bytes": 5, "limit_bytes": None}
