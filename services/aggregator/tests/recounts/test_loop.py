"""The loop that counts, with a recounter that does as a test wishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.recounts.loop import CHECK_INTERVAL_S, LOST_AFTER_S, MAX_LOSSES, RecountLoop
from onwatch_aggregator.recounts.recounter import OnProgress, RecountImpossible, RecountLost
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import Found, Job, RecountState, StoredSite
from onwatch_contracts.site import Site
from onwatch_counting.site import SiteResults
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_testkit.clock import FakeClock, until

FOUND = Found(SiteResults(unconfirmed_tracks_count=1), ((0.0, 10.0),))


class FakeRecounter:
    """Counts at once, or does what `work` does."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.work: Callable[[OnProgress], Awaitable[Found]] | None = None
        self.ended = 0

    async def recount(self, job: Job, log: AsyncIterator[bytes], on_progress: OnProgress) -> Found:
        self.jobs.append(job)
        try:
            return FOUND if self.work is None else await self.work(on_progress)
        finally:
            self.ended += 1


@pytest.fixture
def recounter() -> FakeRecounter:
    return FakeRecounter()


@pytest.fixture
def loop(store: SqlRecountStore, recounter: FakeRecounter, publisher: Publisher) -> RecountLoop:
    return RecountLoop(store, recounter, publisher, Instruments(CollectorRegistry()))


async def waiting(on_progress: OnProgress) -> Found:
    on_progress(0.4)
    await asyncio.Event().wait()
    return FOUND


async def state(store: SqlRecountStore) -> RecountState | None:
    recount = await store.recount("video")
    return recount and recount.state


async def test_what_is_requested_is_counted_saved_and_published(
    loop: RecountLoop, store: SqlRecountStore, save_run: Any, published: Any, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())

    await loop.check()

    assert (await store.results("video")).found == FOUND
    (message,) = published.messages
    assert (message.name, message.run_id, message.revision) == ("recount.finished", "run-1", 0)


async def test_all_that_is_requested_is_counted_one_after_the_other(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    for video_id in ("a", "b", "c"):
        await save_run(f"run-{video_id}", video_id)
        await store.request(video_id, clock.now())

    await loop.check()

    assert [job.video_id for job in recounter.jobs] == ["a", "b", "c"]


async def test_a_finished_recount_is_published_after_a_crash(
    loop: RecountLoop, store: SqlRecountStore, save_run: Any, published: Any, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    published.failing = BusUnavailable("away")
    with pytest.raises(BusUnavailable):
        await loop.check()
    assert published.messages == []

    await loop.check()

    assert published.names == ["recount.finished"]


async def test_progress_is_stored_while_it_counts(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    recounter.work = waiting
    running = asyncio.create_task(loop.run())

    await _until(clock, lambda: store.recount("video"), lambda recount: recount.progress == 0.4)

    loop.wake_up.close()
    await _until(clock, lambda: state(store), lambda found: found is RecountState.WAITING)
    await running
    assert recounter.ended == 1


async def test_a_recount_outlives_a_database_that_is_unavailable(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock, around: Any
) -> None:
    async def unavailable() -> None:
        renewed.set()
        raise StoreUnavailable(ConnectionError("refused"))

    async def until_renewed(on_progress: OnProgress) -> Found:
        await renewed.wait()
        return FOUND

    renewed = asyncio.Event()
    await save_run()
    await store.request("video", clock.now())
    recounter.work = until_renewed
    loop.store = around(store, "renew", "before", unavailable)
    checking = asyncio.create_task(loop.check())

    await until(clock, checking.done, "the recount is done")

    assert await state(store) is RecountState.FINISHED


@pytest.mark.parametrize("change", ["cancel", "site"])
async def test_a_recount_whose_results_are_not_wanted_is_ended(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock, change: str
) -> None:
    await save_run()
    await store.request("video", clock.now())
    recounter.work = waiting
    checking = asyncio.create_task(loop.check())
    await until(clock, lambda: bool(recounter.jobs), "it counts")

    recounter.work = None
    if change == "cancel":
        await store.cancel("video", clock.now())
    else:
        await store.put_site("video", StoredSite(7, Site()))
        await store.request("video", clock.now())
    await until(clock, checking.done, "it is ended")

    assert recounter.ended == len(recounter.jobs)
    assert [job.revision for job in recounter.jobs] == ([0] if change == "cancel" else [0, 7])
    assert await state(store) is (RecountState.CANCELLED if change == "cancel" else RecountState.FINISHED)


async def test_a_log_that_cannot_be_counted_is_a_failure_that_is_not_repeated(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    async def impossible(on_progress: OnProgress) -> Found:
        raise RecountImpossible("the log of detections is damaged")

    await save_run()
    await store.request("video", clock.now())
    recounter.work = impossible

    await loop.check()

    assert len(recounter.jobs) == 1
    assert (await store.recount("video")).problem == "the log of detections is damaged"


async def test_a_process_that_is_lost_again_and_again_is_a_failure(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    async def lost(on_progress: OnProgress) -> Found:
        raise RecountLost("the process that counts ended with code -9")

    await save_run()
    await store.request("video", clock.now())
    recounter.work = lost

    await loop.check()

    assert len(recounter.jobs) == MAX_LOSSES
    assert await state(store) is RecountState.FAILED


async def test_the_recount_of_an_aggregator_that_died_is_begun_anew(
    loop: RecountLoop, recounter: FakeRecounter, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    await save_run()
    await store.request("video", clock.now())
    await store.claim("of another", clock.now(), clock.now(), MAX_LOSSES)
    running = asyncio.create_task(loop.run())
    await clock.advance(LOST_AFTER_S / 2)
    assert recounter.jobs == []

    await _until(clock, lambda: state(store), lambda found: found is RecountState.FINISHED)

    loop.wake_up.close()
    await running


async def test_it_goes_on_after_an_error(
    loop: RecountLoop, store: SqlRecountStore, save_run: Any, clock: FakeClock, around: Any
) -> None:
    async def fail() -> None:
        raise RuntimeError("unexpected")

    await save_run()
    await store.request("video", clock.now())
    loop.store = around(store, "claim", "before", fail)
    running = asyncio.create_task(loop.run())

    await _until(clock, lambda: state(store), lambda found: found is RecountState.FINISHED)

    loop.wake_up.close()
    await running


async def test_a_wake_up_begins_a_recount_at_once(
    loop: RecountLoop, store: SqlRecountStore, save_run: Any, clock: FakeClock
) -> None:
    await save_run()
    running = asyncio.create_task(loop.run())
    await clock.advance(CHECK_INTERVAL_S / 10)
    begun_at = clock.monotonic()
    await store.request("video", clock.now())

    loop.wake_up.set()
    await _until(clock, lambda: state(store), lambda found: found is RecountState.FINISHED, step_s=0.0)

    assert clock.monotonic() == begun_at
    loop.wake_up.close()
    await running


async def _until(
    clock: FakeClock, read: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], step_s: float = 0.5
) -> None:
    """Read the store, which does not use the clock, between steps of time."""
    async with asyncio.timeout(60):
        while not holds(await read()):
            await asyncio.sleep(0.002)
            await clock.advance(step_s)
