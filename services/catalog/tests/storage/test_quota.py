from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from onwatch_catalog.errors import StorageQuotaExceeded
from onwatch_catalog.storage.quota import StorageQuota


class Stored:
    """What a database would add up."""

    def __init__(self, **sizes: int) -> None:
        self.sizes = sizes
        self.sums_count = 0

    async def stored_bytes(self, without: Collection[str] = ()) -> int:
        self.sums_count += 1
        await asyncio.sleep(0)  # others may go on meanwhile, as with a database
        return sum(size for key, size in self.sizes.items() if key not in without)


async def test_what_is_stored_and_reserved_counts_and_the_limit_itself_is_allowed() -> None:
    quota = StorageQuota(Stored(a=400), 1000)
    async with quota.reserved("b", 500):
        with pytest.raises(StorageQuotaExceeded, match=r"1\.0 kB and take 900 bytes.* needs 101 bytes"):
            await quota.reserve("c", 101)
        await quota.reserve("c", 100)
        assert (await quota.usage()).used_bytes == 1000
    assert (await quota.usage()).used_bytes == 500


async def test_what_is_refused_reserves_nothing() -> None:
    quota = StorageQuota(Stored(), 1000)
    with pytest.raises(StorageQuotaExceeded):
        async with quota.reserved("a", 1001):
            pytest.fail("it must not be written")
    await quota.reserve("b", 1000)


async def test_uploads_at_the_same_time_cannot_pass_the_limit_together() -> None:
    quota = StorageQuota(Stored(a=100), 1000)
    answers = await asyncio.gather(*(quota.reserve(f"v{n}", 300) for n in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(StorageQuotaExceeded) == 2
    assert (await quota.usage()).used_bytes == 1000


async def test_a_reservation_grows_with_what_arrives() -> None:
    quota = StorageQuota(Stored(), 1000)
    async with quota.reserved("a", 0):
        await quota.reserve("a", 600)
        await quota.reserve("a", 500)  # less: nothing is given back
        with pytest.raises(StorageQuotaExceeded, match="take 0 bytes"):
            await quota.reserve("a", 1001)
        assert (await quota.usage()).used_bytes == 600


async def test_an_upload_that_has_just_become_a_video_counts_once() -> None:
    stored = Stored()
    quota = StorageQuota(stored, 1000)
    async with quota.reserved("a", 600):
        stored.sizes["a"] = 600
        assert (await quota.usage()).used_bytes == 600
    assert (await quota.usage()).used_bytes == 600


async def test_the_database_is_asked_once_for_an_upload_of_many_pieces() -> None:
    stored = Stored(a=100)
    quota = StorageQuota(stored, 1000)
    async with quota.reserved("b", 0):
        for size_bytes in range(1, 901):
            await quota.reserve("b", size_bytes)
        assert stored.sums_count == 1
        with pytest.raises(StorageQuotaExceeded, match="take 100 bytes"):
            await quota.reserve("b", 901)
        del stored.sizes["a"]  # somebody deleted a video
        await quota.reserve("b", 1000)


async def test_what_was_reserved_counts_when_it_is_stored() -> None:
    stored = Stored()
    quota = StorageQuota(stored, 1000)
    async with quota.reserved("b", 300):
        async with quota.reserved("a", 600):
            stored.sizes["a"] = 600
        with pytest.raises(StorageQuotaExceeded):
            await quota.reserve("b", 401)
        await quota.reserve("b", 400)


async def test_a_sum_during_which_an_upload_ended_is_not_kept() -> None:
    stored = Stored()
    quota = StorageQuota(stored, 1000)
    await quota.reserve("a", 600)
    asking = asyncio.create_task(quota.usage())
    await asyncio.sleep(0)  # it has begun to add up, without `a`
    stored.sizes["a"] = 600
    quota.release("a")
    assert (await asking).used_bytes == 600
    with pytest.raises(StorageQuotaExceeded):
        await quota.reserve("b", 401)


async def test_without_a_limit_everything_fits() -> None:
    quota = StorageQuota(Stored(a=5), None)
    await quota.reserve("b", 1 << 50)
    assert (await quota.usage()).model_dump() == {"used_bytes": 5, "limit_bytes": None}
