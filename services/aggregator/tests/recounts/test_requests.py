from __future__ import annotations

from typing import Any

import pytest

from onwatch_aggregator.recounts.requests import Recounts
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import RecountState
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.site import Site
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_testkit.clock import FakeClock


@pytest.fixture
def recounts(store: SqlRecountStore, results: SqlResultsStore, publisher: Publisher) -> Recounts:
    return Recounts(store, results, publisher)


async def test_a_changed_site_is_kept_until_there_is_a_run(
    recounts: Recounts, store: SqlRecountStore, site: Site, published: Any
) -> None:
    await recounts.change_site("video", 3, site)

    assert (await store.site("video")).site == site
    assert published.messages == []


async def test_a_changed_site_requests_a_recount(recounts: Recounts, site: Site, save_run: Any, published: Any) -> None:
    await save_run()

    await recounts.change_site("video", 3, site)

    (message,) = published.messages
    assert (message.name, message.run_id, message.revision) == ("recount.requested", "run-1", 3)


async def test_a_stale_site_changes_nothing(
    recounts: Recounts, store: SqlRecountStore, site: Site, save_run: Any, published: Any
) -> None:
    await save_run()
    await recounts.change_site("video", 3, site)

    await recounts.change_site("video", 2, Site())

    assert (await store.site("video")).site == site
    assert len(published.messages) == 1


async def test_a_site_of_a_deleted_video_is_not_kept(
    recounts: Recounts, store: SqlRecountStore, results: SqlResultsStore, site: Site, clock: FakeClock
) -> None:
    await results.record_deletion("video", clock.now())

    await recounts.change_site("video", 3, site)

    assert await store.site("video") is None


async def test_a_recount_waits_also_if_the_bus_does_not_take_the_message(
    recounts: Recounts, store: SqlRecountStore, save_run: Any, published: Any
) -> None:
    await save_run()
    published.failing = BusUnavailable("away")

    await recounts.request("video")

    assert (await store.recount("video")).state is RecountState.WAITING


async def test_a_recount_can_be_cancelled_and_requested_again(
    recounts: Recounts, store: SqlRecountStore, save_run: Any
) -> None:
    await save_run()
    await recounts.request("video")

    assert await recounts.cancel("video")
    assert not await recounts.cancel("video")
    assert (await recounts.request("video")).state is RecountState.CANCELLED
    assert (await recounts.request("video", again=True)).state is RecountState.WAITING
