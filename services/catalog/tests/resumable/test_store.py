"""Unfinished uploads on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.resumable.store import UploadStore
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_contracts.messages import VideoCreatedV1

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UPLOAD = UnfinishedUpload("v", "Elm", "elm.mp4", 12.5, 5_000_000_000, NOON)


@pytest.fixture
def uploads(store: SqlStore) -> UploadStore:
    return UploadStore(store._engine)


async def test_an_upload_is_read_as_it_was_written(uploads: UploadStore) -> None:
    await uploads.add(UPLOAD)
    await uploads.extend("v", NOON + timedelta(hours=1))

    found = await uploads.find("v")

    assert found == UnfinishedUpload("v", "Elm", "elm.mp4", 12.5, 5_000_000_000, NOON + timedelta(hours=1))
    assert await uploads.all() == [found]
    assert await uploads.find("w") is None


async def test_an_abandoned_upload_leaves_a_pending_deletion(uploads: UploadStore, store: SqlStore) -> None:
    await uploads.add(UPLOAD)

    assert await uploads.abandon("v")
    assert not await uploads.abandon("v")
    assert (await uploads.all(), await store.pending_deletions()) == ([], ["v"])


async def test_an_upload_ends_when_its_video_is_added(uploads: UploadStore, store: SqlStore, make_video: Any) -> None:
    await uploads.add(UPLOAD)
    await store.add(make_video("v"), VideoCreatedV1(message_id="m", occurred_at=NOON, video_id="v"))

    assert await uploads.all() == []
    assert not await uploads.abandon("v")
    assert await store.pending_deletions() == []
