"""The suite that every recount store passes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import Found, Job, RecountState, StoredSite
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.site import Site
from onwatch_contracts.values import WHOLE_FRAME
from onwatch_counting.site import SiteResults
from onwatch_testkit.clock import FakeClock

SaveRun = Callable[..., Awaitable[Any]]
MAX_LOSSES = 5


async def claim(store: SqlRecountStore, now: datetime, attempt_id: str = "attempt", *, lost_after_s: float = 10) -> Any:
    return await store.claim(attempt_id, now, now - timedelta(seconds=lost_after_s), MAX_LOSSES)


async def begun(store: SqlRecountStore, now: datetime, attempt_id: str = "attempt") -> Job:
    await store.request("video", now)
    job: Job | None = await claim(store, now, attempt_id)
    assert job is not None
    return job


async def test_the_newest_site_is_kept(store: SqlRecountStore, stored_site: StoredSite) -> None:
    assert await store.site("video") is None
    assert await store.put_site("video", stored_site)
    assert await store.put_site("video", stored_site)
    assert await store.put_site("video", StoredSite(4, Site()))
    assert not await store.put_site("video", stored_site)
    assert await store.site("video") == StoredSite(4, Site())


async def test_a_video_without_a_finished_run_cannot_be_counted(store: SqlRecountStore, clock: FakeClock) -> None:
    assert await store.request("video", clock.now()) is None
    assert await store.recount("video") is None
    assert await claim(store, clock.now()) is None


async def test_a_video_whose_newest_run_has_no_log_cannot_be_counted(
    store: SqlRecountStore, save_run: SaveRun, clock: FakeClock
) -> None:
    await save_run("run-1")
    await save_run("run-2", has_log=False, days=1)

    assert await store.request("video", clock.now()) is None


async def test_the_newest_run_is_counted_with_the_newest_site(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, clock: FakeClock
) -> None:
    await save_run("run-1")
    await save_run("run-2", days=1)
    await store.put_site("video", stored_site)

    job = await begun(store, clock.now())

    assert job == Job("video", "run-2", 3, "attempt", stored_site.site, end_s=10.0, period_s=0.04, boxes_count=250)
    assert (await store.recount("video")).state is RecountState.RUNNING


async def test_a_video_whose_site_was_never_published_is_counted_with_the_region_of_its_run(
    store: SqlRecountStore, save_run: SaveRun, clock: FakeClock
) -> None:
    await save_run()

    job = await begun(store, clock.now())

    assert (job.revision, job.site.is_roi_only, job.site.zones[0].polygon) == (0, True, WHOLE_FRAME)


async def test_a_repeated_request_changes_nothing(store: SqlRecountStore, save_run: SaveRun, clock: FakeClock) -> None:
    await save_run()
    job = await begun(store, clock.now())

    repeated = await store.request("video", clock.now())

    assert repeated.state is RecountState.RUNNING
    assert await store.renew(job, 0.5, clock.now())


async def test_a_finished_recount_is_done_again_only_if_that_is_requested(
    store: SqlRecountStore, save_run: SaveRun, any_found: Found, clock: FakeClock
) -> None:
    await save_run()
    await store.save(await begun(store, clock.now()), any_found, clock.now())

    assert (await store.request("video", clock.now())).state is RecountState.FINISHED
    assert (await store.request("video", clock.now(), again=True)).state is RecountState.WAITING


async def test_a_new_site_replaces_a_recount_that_runs(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, any_found: Found, clock: FakeClock
) -> None:
    await save_run()
    job = await begun(store, clock.now())
    await store.put_site("video", stored_site)

    assert (await store.request("video", clock.now())).revision == 3

    assert not await store.renew(job, 0.5, clock.now())
    assert not await store.save(job, any_found, clock.now())
    assert not await store.fail(job, "too late", clock.now())
    assert await store.results("video") is None
    assert (await claim(store, clock.now(), "next")).revision == 3


async def test_results_of_a_site_that_counts_alike_are_kept_under_its_names(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, found: Found, clock: FakeClock
) -> None:
    """Also while a recount with another site runs: that one is not wanted any more."""
    await save_run()
    await store.put_site("video", stored_site)
    await store.save(await begun(store, clock.now()), found, clock.now())
    for recount in await store.finished():
        await store.set_published(recount)
    await store.put_site("video", StoredSite(4, Site()))
    abandoned = await begun(store, clock.now())
    first, *others = stored_site.site.zones
    renamed = stored_site.site.model_copy(
        update={"zones": (first, *(zone.model_copy(update={"name": "Renamed"}) for zone in others))}
    )
    await store.put_site("video", StoredSite(5, renamed))

    recount = await store.request("video", clock.now())

    assert (recount.state, recount.revision, recount.progress) == (RecountState.FINISHED, 5, 1.0)
    kept = await store.results("video")
    assert (kept.revision, kept.site, kept.found) == (5, renamed, found)
    assert [one.revision for one in await store.finished()] == [5]
    assert not await store.save(abandoned, found, clock.now())
    assert await claim(store, clock.now()) is None
    assert (await store.request("video", clock.now(), again=True)).state is RecountState.WAITING


async def test_a_new_run_replaces_a_recount_of_the_one_before(
    store: SqlRecountStore, save_run: SaveRun, any_found: Found, clock: FakeClock
) -> None:
    await save_run("run-1")
    job = await begun(store, clock.now())
    await save_run("run-2", days=1)

    await store.request("video", clock.now())

    assert not await store.save(job, any_found, clock.now())
    assert (await claim(store, clock.now(), "next")).run_id == "run-2"


async def test_a_site_that_changed_after_the_request_is_counted(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    await store.put_site("video", stored_site)

    job = await claim(store, clock.now())

    assert (job.revision, (await store.recount("video")).revision) == (3, 3)


async def test_two_attempts_never_have_the_same_recount(
    store: SqlRecountStore, save_run: SaveRun, clock: FakeClock
) -> None:
    await save_run()
    await begun(store, clock.now())

    assert await claim(store, clock.now(), "other") is None


async def test_a_lost_recount_is_taken_and_its_first_attempt_can_write_no_more(
    store: SqlRecountStore, save_run: SaveRun, any_found: Found, clock: FakeClock
) -> None:
    await save_run()
    lost = await begun(store, clock.now(), "lost")
    await clock.advance(6.0)
    await store.renew(lost, 0.5, clock.now())
    await clock.advance(9.0)
    assert await claim(store, clock.now(), "next") is None
    await clock.advance(2.0)

    job = await claim(store, clock.now(), "next")

    assert job is not None
    assert not await store.save(lost, any_found, clock.now())
    assert await store.save(job, any_found, clock.now())


async def test_the_oldest_request_is_first(store: SqlRecountStore, save_run: SaveRun, clock: FakeClock) -> None:
    for video_id in ("late", "early"):
        await save_run(f"run-{video_id}", video_id)
    await store.request("early", clock.now())
    await clock.advance(1.0)
    await store.request("late", clock.now())

    assert [(await claim(store, clock.now(), f"{n}")).video_id for n in range(2)] == ["early", "late"]


async def test_the_log_is_read_in_the_order_of_its_chunks(
    store: SqlRecountStore, save_run: SaveRun, chunks: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onwatch_aggregator.recounts.sql_store.CHUNKS_PER_READ", 2)
    await save_run()

    assert [chunk async for chunk in store.log("run-1")] == list(chunks)


async def test_results_round_trip_to_the_last_bit(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, found: Found, clock: FakeClock
) -> None:
    await save_run()
    await store.put_site("video", stored_site)
    assert await store.save(await begun(store, clock.now()), found, clock.now())

    stored = await store.results("video")

    assert stored is not None
    assert stored.found == found
    assert (stored.run_id, stored.revision, stored.site, stored.end_s) == ("run-1", 3, stored_site.site, 10.0)
    assert stored.counted_at == clock.now()
    assert (await store.recount("video")).progress == 1.0


async def test_results_replace_those_before_them(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, found: Found, clock: FakeClock
) -> None:
    await save_run()
    await store.put_site("video", stored_site)
    await store.save(await begun(store, clock.now()), found, clock.now())
    await store.request("video", clock.now(), again=True)
    less = Found(SiteResults(found.results.vehicles[:1], found.results.visits[:1]), ())

    await store.save(await claim(store, clock.now()), less, clock.now())

    assert (await store.results("video")).found == less


async def test_a_save_that_fails_leaves_the_earlier_results(
    store: SqlRecountStore, save_run: SaveRun, stored_site: StoredSite, found: Found, clock: FakeClock
) -> None:
    await save_run()
    await store.put_site("video", stored_site)
    await store.save(await begun(store, clock.now()), found, clock.now())
    await store.request("video", clock.now(), again=True)
    job = await claim(store, clock.now())
    twice = Found(SiteResults(visits=(found.results.visits[0],) * 2), ())

    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.save(job, twice, clock.now())

    assert (await store.results("video")).found == found
    assert (await store.recount("video")).state is RecountState.RUNNING


async def test_a_cancelled_recount_leaves_the_earlier_results(
    store: SqlRecountStore, save_run: SaveRun, found: Found, stored_site: StoredSite, clock: FakeClock
) -> None:
    await save_run()
    await store.put_site("video", stored_site)
    await store.save(await begun(store, clock.now()), found, clock.now())
    assert not await store.cancel("video", clock.now())
    await store.request("video", clock.now(), again=True)
    job = await claim(store, clock.now())

    assert await store.cancel("video", clock.now())

    assert not await store.save(job, Found(SiteResults(), ()), clock.now())
    assert (await store.recount("video")).state is RecountState.CANCELLED
    assert (await store.request("video", clock.now())).state is RecountState.CANCELLED
    assert (await store.results("video")).found == found


async def test_a_failed_recount_says_why(store: SqlRecountStore, save_run: SaveRun, clock: FakeClock) -> None:
    await save_run()

    assert await store.fail(await begun(store, clock.now()), "the log is damaged", clock.now())

    failed = await store.recount("video")
    assert (failed.state, failed.problem) == (RecountState.FAILED, "the log is damaged")
    assert await claim(store, clock.now()) is None


async def test_a_recount_whose_process_is_lost_again_and_again_has_failed(
    store: SqlRecountStore, save_run: SaveRun, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    for _ in range(MAX_LOSSES):
        await store.release(await claim(store, clock.now()), was_lost=True)

    assert await claim(store, clock.now()) is None

    assert "ended 5 times" in (await store.recount("video")).problem


async def test_a_released_recount_begins_at_once_and_does_not_count_as_lost(
    store: SqlRecountStore, save_run: SaveRun, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())

    for _ in range(2 * MAX_LOSSES):
        await store.release(await claim(store, clock.now()), was_lost=False)

    assert await claim(store, clock.now()) is not None


async def test_a_log_that_is_removed_meanwhile_is_no_result(
    store: SqlRecountStore, save_run: SaveRun, remove_log: Any, any_found: Found, clock: FakeClock
) -> None:
    await save_run()
    job = await begun(store, clock.now())
    await remove_log("run-1")

    assert not await store.save(job, any_found, clock.now())

    assert (await store.recount("video")).problem == "the log of detections of the run was removed"


async def test_a_log_that_is_removed_before_is_not_begun(
    store: SqlRecountStore, save_run: SaveRun, remove_log: Any, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    await remove_log("run-1")

    assert await claim(store, clock.now()) is None
    assert (await store.recount("video")).state is RecountState.FAILED


async def test_a_finished_recount_is_listed_until_it_is_published(
    store: SqlRecountStore, save_run: SaveRun, any_found: Found, clock: FakeClock
) -> None:
    await save_run()
    job = await begun(store, clock.now())
    assert await store.finished() == []
    await store.save(job, any_found, clock.now())

    (finished,) = await store.finished()
    await store.set_published(finished)

    assert (finished.video_id, finished.run_id, finished.revision) == ("video", "run-1", 0)
    assert await store.finished() == []


async def test_a_deleted_video_leaves_nothing(
    store: SqlRecountStore,
    results: SqlResultsStore,
    engine: AsyncEngine,
    save_run: SaveRun,
    stored_site: StoredSite,
    found: Found,
    clock: FakeClock,
) -> None:
    await save_run()
    await store.put_site("video", stored_site)
    await store.save(await begun(store, clock.now()), found, clock.now())
    await store.request("video", clock.now(), again=True)
    job = await claim(store, clock.now())
    assert "video" in await results.video_ids()

    await results.delete_video("video")

    assert not await store.save(job, found, clock.now())
    assert "video" not in await results.video_ids()
    assert await _rows_count(engine) == 0


async def test_a_site_without_a_run_is_removed_with_its_video(
    store: SqlRecountStore, results: SqlResultsStore, stored_site: StoredSite
) -> None:
    await store.put_site("video", stored_site)
    assert await results.video_ids() == {"video"}

    await results.delete_video("video")

    assert await results.video_ids() == set()


async def _rows_count(engine: AsyncEngine) -> int:
    from onwatch_aggregator.results.tables import metadata

    async with engine.connect() as connection:
        counts = [
            await connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in metadata.sorted_tables
        ]
    return sum(count or 0 for count in counts)
