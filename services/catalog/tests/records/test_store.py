from __future__ import annotations

from onwatch_catalog.outbox.relay import Outbox
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.store import VideoStore


async def test_one_database_is_store_and_outbox(store: SqlStore) -> None:
    videos: VideoStore = store
    outbox: Outbox = store

    assert await videos.page(10, None) == []
    assert await outbox.unsent(10) == []
