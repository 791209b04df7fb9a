"""Videos in SQL, on SQLite."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.analysis import StandingAnalysis
from onwatch_catalog.database import make_engine
from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.pages import PageKey
from onwatch_catalog.sql_store import SqlStore
from onwatch_contracts.http import CalibrateCoordinates, VideoStatus
from onwatch_contracts.messages import Message, VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_contracts.values import Anchor
from onwatch_runtime.codec import decode
from onwatch_runtime.testing.threads import until_ended

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def message(kind: type[Message], video_id: str = "v") -> Message:
    return kind(message_id=f"{kind.name}-{video_id}", occurred_at=NOON, video_id=video_id)


async def test_a_video_comes_back_as_it_went_in(store: SqlStore, make_video: Any) -> None:
    video = replace(
        make_video("v", created_at=NOON),
        status=VideoStatus.FAILED,
        status_reason="No model.",
        run_id="run-b",
        epoch=1_772_452_800_123,
        finished_run_id="run-a",
        anchor=Anchor.CENTER,
        roi=((0.1, 0.2), (0.3, 0.4), (1 / 3, 0.9)),
        calibration=CalibrateCoordinates(
            image_points=((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(7.2, 24.5, 7.2, 24.5)
        ),
        analysis_requested_at=NOON + timedelta(microseconds=1),
        size_bytes=5_000_000_000,
    )
    plain = make_video("w", created_at=NOON)

    await store.add(video, message(VideoCreatedV1))
    await store.add(plain, message(VideoCreatedV1))

    assert await store.find("v") == video
    assert await store.find("w") == plain
    assert await store.find("x") is None


async def test_a_page_goes_on_where_the_last_one_ended(store: SqlStore, make_video: Any) -> None:
    for video_id, second in (("a", 0), ("c", 1), ("b", 1), ("d", 2)):
        video = make_video(video_id, created_at=NOON + timedelta(seconds=second))
        await store.add(video, message(VideoCreatedV1, video_id))

    async def ids(limit: int, after: PageKey | None = None) -> list[str]:
        return [video.id for video in await store.page(limit, after)]

    assert await ids(10) == ["d", "c", "b", "a"]
    assert await ids(2) == ["d", "c"]
    assert await ids(2, PageKey(NOON + timedelta(seconds=1), "c")) == ["b", "a"]
    assert await ids(2, PageKey(NOON, "a")) == []


async def test_a_change_and_its_message_go_together(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))

    changed = await store.change("v", lambda video: replace(video, name="New"), message(VideoUpdatedV1))
    same = await store.change("v", lambda video: video, message(VideoDeletedV1))
    nobody = await store.change("w", lambda video: video, message(VideoUpdatedV1, "w"))

    assert changed is not None
    assert changed.name == "New"
    assert (same, nobody) == (changed, None)
    entries = await store.unsent(10)
    assert [decode(entry.routing_key, entry.body) for entry in entries] == [
        message(VideoCreatedV1),
        message(VideoUpdatedV1),
    ]


async def test_a_rule_that_fails_changes_nothing(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))

    with pytest.raises(ZeroDivisionError):
        await store.change("v", lambda video: replace(video, fps=1 / 0), message(VideoUpdatedV1))

    assert await store.find("v") == make_video("v")
    assert len(await store.unsent(10)) == 1


async def test_changes_side_by_side_follow_each_other(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))

    await asyncio.gather(*(store.change("v", lambda video: replace(video, epoch=video.epoch + 1)) for _ in range(20)))

    video = await store.find("v")
    assert video is not None
    assert video.epoch == 20


async def test_a_folder_is_doomed_until_its_video_exists_and_after_it_is_removed(
    store: SqlStore, make_video: Any
) -> None:
    await store.doom("v")
    assert (await store.doomed(), await store.is_doomed("v")) == (["v"], True)

    await store.add(make_video("v"), message(VideoCreatedV1))
    assert (await store.doomed(), await store.is_doomed("v")) == ([], False)

    assert await store.remove("v", message(VideoDeletedV1))
    assert await store.doomed() == ["v"]
    assert await store.find("v") is None
    assert not await store.remove("v", message(VideoDeletedV1))

    await store.forget("v")
    assert await store.doomed() == []


async def test_messages_wait_in_order_until_they_are_sent(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))
    await store.remove("v", message(VideoDeletedV1))

    first, second = await store.unsent(10)
    assert (first.routing_key, second.routing_key) == ("video.created.v1.v", "video.deleted.v1.v")
    await store.sent(first.id)
    assert await store.unsent(10) == [second]


async def test_the_oldest_requests_for_an_analysis_come_first(store: SqlStore, make_video: Any) -> None:
    for video_id, second in (("a", 2), ("b", 0), ("c", 1), ("d", None)):
        at = None if second is None else NOON + timedelta(seconds=second)
        await store.add(replace(make_video(video_id), analysis_requested_at=at), message(VideoCreatedV1, video_id))

    assert await store.standing_analyses(2) == [
        StandingAnalysis("b", NOON),
        StandingAnalysis("c", NOON + timedelta(seconds=1)),
    ]


async def test_a_database_that_is_not_reached_is_said_to_be(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}")  # a folder

    with pytest.raises(StoreUnavailable, match="not reached"):
        await SqlStore(engine).check()
    await engine.dispose()
    # aiosqlite does not wait for the thread of a connection that could not be opened.
    await until_ended("_connection_worker_thread")
