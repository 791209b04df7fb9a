"""The store of videos on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from onwatch_catalog.errors import FilesTakenOver, StoreUnavailable
from onwatch_catalog.records.database import make_engine
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.paging import PageKey, key_of
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.tables import videos
from onwatch_catalog.records.video import AnalysisRequest, StoredVideo
from onwatch_catalog.resumable.store import UploadStore
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.http import CalibrateCoordinates, VideoSort, VideoStatus
from onwatch_contracts.messages import Message, VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.bus import decode

PATIENCE_S = 60.0
NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def message(kind: type[Message], video_id: str = "v") -> Message:
    return kind(message_id=f"{kind.name}-{video_id}", occurred_at=NOON, video_id=video_id)


async def test_a_video_is_read_as_it_was_written(store: SqlStore, make_video: Any) -> None:
    video = replace(
        make_video("v", created_at=NOON),
        status=VideoStatus.FAILED,
        status_reason="No model.",
        run_id="run-b",
        epoch=1_772_452_800_123,
        finished_run_id="run-a",
        anchor=Anchor.CENTER,
        engine=EngineChoice.MOTION,
        roi=((0.1, 0.2), (0.3, 0.4), (1 / 3, 0.9)),
        calibration=CalibrateCoordinates(
            image_points=((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(7.2, 24.5, 7.2, 24.5)
        ),
        analysis_requested_at=NOON + timedelta(microseconds=1),
        size_bytes=5_000_000_000,
        codec="h264",
        is_counted=True,
        is_rate_assumed=True,
        recorded_fps=12.5,
        notes=("It is “odd”.", "It is counted."),
    )
    plain = make_video("w", created_at=NOON)

    await store.add(video, message(VideoCreatedV1))
    await store.add(plain, message(VideoCreatedV1))

    assert await store.find("v") == video
    assert await store.find("w") == plain
    assert await store.find("x") is None


async def test_a_row_of_a_version_that_recorded_no_notes_has_none(
    store: SqlStore, database: CatalogSettings, make_video: Any
) -> None:
    await store.add(make_video("v", created_at=NOON), message(VideoCreatedV1))
    unrecorded = ("codec", "is_counted", "is_rate_assumed", "recorded_fps", "notes")
    engine = make_engine(database)
    async with engine.begin() as connection:
        await connection.execute(sa.update(videos).values({name: sa.null() for name in unrecorded}))
    await engine.dispose()

    assert await store.find("v") == make_video("v", created_at=NOON)


async def test_a_page_continues_after_the_last_one(store: SqlStore, make_video: Any) -> None:
    for video_id, second in (("a", 0), ("c", 1), ("b", 1), ("d", 2)):
        video = make_video(video_id, created_at=NOON + timedelta(seconds=second))
        await store.add(video, message(VideoCreatedV1, video_id))

    async def ids(limit: int, after: PageKey | None = None) -> list[str]:
        return [video.id for video in await store.page(limit, after)]

    assert await ids(10) == ["d", "c", "b", "a"]
    assert await ids(2) == ["d", "c"]
    assert await ids(2, PageKey(NOON + timedelta(seconds=1), "c")) == ["b", "a"]
    assert await ids(2, PageKey(NOON, "a")) == []


async def test_ids_are_ordered_byte_by_byte(store: SqlStore, make_video: Any) -> None:
    for video_id in ("a", "B", "b", "_", "-", "9"):
        await store.add(make_video(video_id, created_at=NOON), message(VideoCreatedV1, video_id))

    assert [video.id for video in await store.page(10, None)] == ["b", "a", "_", "B", "9", "-"]
    assert [video.id for video in await store.page(10, PageKey(NOON, "_"))] == ["B", "9", "-"]


LISTED = {
    "a": {"name": "Elm Street 10", "status": VideoStatus.FINISHED, "duration_s": 30.0, "size_bytes": 5_000_000_000},
    "b": {"name": "Elm Street 2", "duration_s": 90.0},
    "c": {"name": "Harbour", "status": VideoStatus.PAUSED, "analysis_requested_at": NOON},
    "d": {"name": "elm court", "status": VideoStatus.STREAMING, "analysis_requested_at": NOON},
    "e": {"name": "Ëlm 100%", "status": VideoStatus.FAILED, "status_reason": "No model."},
}
"""Each a second newer than the one before."""


@pytest.mark.parametrize(
    ("listing", "ids"),
    [
        (Listing(), "edcba"),
        (Listing(sort=VideoSort.OLDEST), "abcde"),
        (Listing(sort=VideoSort.NAME), "edbac"),
        (Listing(sort=VideoSort.NAME_DESCENDING), "cabde"),
        (Listing(sort=VideoSort.LONGEST), "baedc"),
        (Listing(sort=VideoSort.SMALLEST), "bcdea"),
        (Listing(words=("STREET", "elm")), "ba"),
        (Listing(words=("elm",), sort=VideoSort.NAME), "edba"),
        (Listing(words=("%",)), "e"),
        (Listing(words=("2",)), "b"),
        (Listing(words=("nowhere",)), ""),
        (Listing(statuses=(VideoStatus.READY, VideoStatus.FAILED)), "eb"),
        (Listing(is_queued=True), "c"),
        (Listing(statuses=(VideoStatus.PAUSED,), is_queued=False), ""),
        (Listing(is_queued=False), "edba"),
        (Listing(created_from=NOON + timedelta(seconds=3)), "ed"),
        (Listing(created_from=NOON + timedelta(seconds=1), created_before=NOON + timedelta(seconds=3)), "cb"),
        (Listing(words=("elm",), statuses=(VideoStatus.FINISHED,), sort=VideoSort.SHORTEST), "a"),
    ],
)
async def test_a_listing_has_what_meets_its_conditions_in_its_order(
    store: SqlStore, make_video: Any, listing: Listing, ids: str
) -> None:
    for second, (video_id, change) in enumerate(LISTED.items()):
        video = replace(make_video(video_id, created_at=NOON + timedelta(seconds=second)), **change)
        await store.add(video, message(VideoCreatedV1, video_id))

    found = await store.page(10, None, listing)

    assert "".join(video.id for video in found) == ids
    assert await store.count(listing) == len(ids)
    for n, video in enumerate(found):
        rest = await store.page(10, key_of(video, listing), listing)
        assert list(rest) == list(found[n + 1 :])
        assert list(await store.page(1, None, listing, n)) == [video]


async def test_the_keys_of_names_of_another_version_are_set(
    store: SqlStore, database: CatalogSettings, make_video: Any
) -> None:
    for video_id, key in (("a", None), ("b", "as it was called before"), ("c", "c")):
        await store.add(replace(make_video(video_id), name=video_id.upper()), message(VideoCreatedV1, video_id))
        async with store._engine.begin() as connection:
            await connection.execute(sa.update(videos).where(videos.c.id == video_id).values(name_key=key))

    await store.refresh_name_keys()

    assert [video.id for video in await store.page(10, None, Listing(words=("B",)))] == ["b"]
    assert [video.id for video in await store.page(10, None, Listing(sort=VideoSort.NAME))] == ["a", "b", "c"]


async def test_a_video_is_found_by_its_new_name(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))
    await store.change("v", lambda video: replace(video, name="Harbour"))

    assert await store.count(Listing(words=("harbour",))) == 1
    assert await store.count(Listing(words=("v",))) == 0


@pytest.mark.parametrize("number", [1 / 3, 0.1 + 0.2, 30_000 / 1_001, 5e-324, 1.7976931348623157e308, 1e22])
async def test_numbers_are_stored_to_the_last_bit(store: SqlStore, make_video: Any, number: float) -> None:
    await store.add(replace(make_video("v"), fps=number, roi=((number, 0.5),)), message(VideoCreatedV1))

    video = await store.find("v")

    assert video is not None
    assert video.roi is not None
    assert (video.fps.hex(), video.roi[0][0].hex()) == (number.hex(), number.hex())


async def test_timestamps_are_read_in_utc(store: SqlStore, make_video: Any) -> None:
    there = timezone(timedelta(hours=-11))
    await store.add(make_video("v", created_at=NOON.astimezone(there)), message(VideoCreatedV1))

    video = await store.find("v")

    assert video is not None
    assert (video.created_at, video.created_at.tzinfo) == (NOON, UTC)


async def test_a_missing_value_is_null_in_the_database(store: SqlStore, make_video: Any) -> None:
    """Not `null` in JSON, which `IS NULL` in a query would not find."""
    await store.add(make_video("v"), message(VideoCreatedV1))

    async with store._engine.connect() as connection:
        found = await connection.execute(sa.select(videos.c.id).where(videos.c.roi.is_(None)))
        assert found.scalars().all() == ["v"]


async def test_a_change_and_its_message_are_one_transaction(store: SqlStore, make_video: Any) -> None:
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


async def test_concurrent_changes_are_serialised(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))

    await asyncio.gather(*(store.change("v", lambda video: replace(video, epoch=video.epoch + 1)) for _ in range(20)))

    video = await store.find("v")
    assert video is not None
    assert video.epoch == 20


async def test_messages_of_one_video_are_in_the_order_of_its_changes(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))
    made: list[int] = []

    async def change(number: int) -> None:
        def rule(video: StoredVideo) -> StoredVideo:
            made.append(number)
            return replace(video, epoch=video.epoch + 1)

        updated = VideoUpdatedV1(message_id=str(number), occurred_at=NOON, video_id="v")
        await store.change("v", rule, updated)

    await asyncio.gather(*map(change, range(20)))

    _, *entries = await store.unsent(100)
    assert [decode(entry.routing_key, entry.body).message_id for entry in entries] == [str(number) for number in made]


async def test_a_deletion_is_pending_until_the_video_is_added_and_after_it_is_removed(
    store: SqlStore, make_video: Any
) -> None:
    await store.add_pending_deletion("v")
    assert (await store.pending_deletions(), await store.is_deletion_pending("v")) == (["v"], True)

    await store.add(make_video("v"), message(VideoCreatedV1))
    assert (await store.pending_deletions(), await store.is_deletion_pending("v")) == ([], False)

    assert await store.remove("v", message(VideoDeletedV1))
    assert await store.pending_deletions() == ["v"]
    assert await store.find("v") is None
    assert not await store.remove("v", message(VideoDeletedV1))

    await store.end_pending_deletion("v")
    assert await store.pending_deletions() == []


async def test_messages_stay_in_order_until_they_are_sent(store: SqlStore, make_video: Any) -> None:
    await store.add(make_video("v"), message(VideoCreatedV1))
    await store.remove("v", message(VideoDeletedV1))

    first, second = await store.unsent(10)
    assert (first.routing_key, second.routing_key) == ("video.created.v1.v", "video.deleted.v1.v")
    with pytest.raises(RuntimeError):  # noqa: PT012 the error is raised within the context
        async with store.sending() as entries:
            assert entries == [first]
            raise RuntimeError("it is not published")
    async with store.sending() as entries:
        assert entries == [first]
    assert await store.unsent(10) == [second]


@pytest.mark.connected
async def test_one_process_sends_at_a_time_and_another_goes_on_where_it_died(
    postgres_with_tables: CatalogSettings, make_video: Any
) -> None:
    engines = [make_engine(postgres_with_tables.model_copy(update={"database_pool_size": 1})) for _ in range(2)]
    first, second = map(SqlStore, engines)
    await first.add(make_video("v"), message(VideoCreatedV1))
    (entry,) = await first.unsent(10)

    with pytest.raises(RuntimeError):  # noqa: PT012 the error is raised within the context
        async with first.sending() as entries:
            assert entries == [entry]
            async with second.sending() as others:
                assert others is None
            raise RuntimeError("killed")
    async with second.sending() as entries:
        assert entries == [entry]
    async with first.sending() as entries:
        assert entries == []
    for engine in engines:
        await engine.dispose()


async def test_a_received_video_is_added_only_by_the_process_that_still_has_its_folder(
    store: SqlStore, make_video: Any
) -> None:
    number = 7
    mine = SqlStore(store._engine, lambda: number)
    await mine.add_pending_deletion("v")
    assert await store.take_pending_deletions() == ["v"]  # of a process that does not live
    with pytest.raises(FilesTakenOver):
        await mine.add(make_video("v"), message(VideoCreatedV1), is_received=True)
    assert (await store.find("v"), await store.unsent(1), await store.pending_deletions()) == (None, [], ["v"])

    await mine.add_pending_deletion("w")
    await mine.add(make_video("w"), message(VideoCreatedV1, "w"), is_received=True)
    assert await store.pending_deletions() == ["v"]


async def test_the_oldest_analysis_requests_come_first(store: SqlStore, make_video: Any) -> None:
    for video_id, second in (("a", 2), ("b", 0), ("c", 1), ("d", None)):
        at = None if second is None else NOON + timedelta(seconds=second)
        await store.add(replace(make_video(video_id), analysis_requested_at=at), message(VideoCreatedV1, video_id))

    assert await store.pending_analyses(2) == [
        AnalysisRequest("b", NOON),
        AnalysisRequest("c", NOON + timedelta(seconds=1)),
    ]


async def test_queued_analyses_are_those_that_have_not_begun(store: SqlStore, make_video: Any) -> None:
    for video_id, second, status in (
        ("a", 2, VideoStatus.READY),
        ("b", 0, VideoStatus.STREAMING),
        ("c", 1, VideoStatus.PAUSED),
        ("d", 1, VideoStatus.FINISHED),
        ("e", None, VideoStatus.READY),
    ):
        at = None if second is None else NOON + timedelta(seconds=second)
        video = replace(make_video(video_id), analysis_requested_at=at, status=status)
        await store.add(video, message(VideoCreatedV1, video_id))

    assert await store.queued_analyses(10, Listing()) == ["c", "d", "a"]
    assert await store.queued_analyses(1, Listing()) == ["c"]
    assert await store.queued_analyses(10, Listing(video_ids=("a", "b"))) == ["a"]


# --- the server ----------------------------------------------------------------------------------


async def test_a_database_file_locked_by_another_process_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    engine = make_engine(CatalogSettings(database_url=f"sqlite+aiosqlite:///{file}?timeout=0"))
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match=r"not reached.*database is locked"):
            await SqlStore(engine).find("v")
    await engine.dispose()


async def test_a_missing_server_is_unavailable() -> None:
    engine = make_engine(CatalogSettings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with pytest.raises(StoreUnavailable, match=r"not reached.*Connection refused"):
        await SqlStore(engine).check()
    await engine.dispose()


class RowLock:
    """Another client of the database, which locks every video."""

    def __init__(self, settings: CatalogSettings) -> None:
        self._connection = psycopg.connect(settings.database)

    def __enter__(self) -> RowLock:
        self._connection.execute("SELECT id FROM catalog.videos FOR UPDATE")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    async def wait_for_a_waiter(self) -> None:
        waiters = "SELECT 1 FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(PATIENCE_S):
            while not self._connection.execute(waiters).fetchone():  # noqa: ASYNC110 a server has no Event
                await asyncio.sleep(0.01)

    def disconnect_the_waiter(self) -> None:
        self._connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")


@pytest.fixture
async def single(postgres_with_tables: CatalogSettings, make_video: Any) -> AsyncIterator[SqlStore]:
    """A store with one connection, and one video."""
    engine = make_engine(postgres_with_tables.model_copy(update={"database_pool_size": 1}))
    store = SqlStore(engine)
    await store.add(make_video("v"), message(VideoCreatedV1))
    yield store
    await engine.dispose()


def renamed(video: StoredVideo) -> StoredVideo:
    return replace(video, name="New")


@pytest.mark.connected
async def test_a_cancelled_call_leaves_a_usable_connection(
    single: SqlStore, postgres_with_tables: CatalogSettings, make_video: Any
) -> None:
    with RowLock(postgres_with_tables) as lock:
        for _ in range(3):
            changing = asyncio.create_task(single.change("v", renamed))
            await lock.wait_for_a_waiter()
            changing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await changing
            assert await single.find("v") == make_video("v")


@pytest.mark.connected
async def test_a_connection_that_the_server_closed_is_replaced(
    single: SqlStore, postgres_with_tables: CatalogSettings
) -> None:
    with RowLock(postgres_with_tables) as lock:
        changing = asyncio.create_task(single.change("v", renamed))
        await lock.wait_for_a_waiter()
        lock.disconnect_the_waiter()
        with pytest.raises(StoreUnavailable, match="terminating connection"):
            await changing
    assert await single.change("v", renamed) is not None


@pytest.mark.connected
async def test_a_slow_statement_is_cancelled_by_the_server(
    single: SqlStore, postgres_with_tables: CatalogSettings
) -> None:
    engine = make_engine(postgres_with_tables.model_copy(update={"database_statement_timeout_s": 0.05}))
    with RowLock(postgres_with_tables), pytest.raises(StoreUnavailable, match="statement timeout"):
        await SqlStore(engine).change("v", renamed)
    await engine.dispose()


@pytest.mark.connected
async def test_an_exhausted_pool_is_unavailable(single: SqlStore, postgres_with_tables: CatalogSettings) -> None:
    limits = {"database_pool_size": 1, "database_pool_timeout_s": 0.05}
    engine = make_engine(postgres_with_tables.model_copy(update=limits))
    async with engine.connect():
        with pytest.raises(StoreUnavailable, match="QueuePool limit of size 1"):
            await SqlStore(engine).find("v")
    await engine.dispose()


async def test_sizes_of_videos_and_unfinished_uploads_add_up(store: SqlStore, make_video: Any) -> None:
    assert await store.used_bytes() == 0
    for video_id, size_bytes in (("a", 5_000_000_000), ("b", 30)):
        await store.add(replace(make_video(video_id), size_bytes=size_bytes), message(VideoCreatedV1, video_id))
    await store.reserve_bytes("c", 150, 1 << 40)
    assert await store.used_bytes() == 5_000_000_180
    upload = UnfinishedUpload("c", "c", "c.mp4", None, 200, NOON)
    await UploadStore(store._engine).add(upload)
    assert await store.used_bytes() == 5_000_000_230, "it counts once"
    await store.add(replace(make_video("c"), size_bytes=200), message(VideoCreatedV1, "c"))
    assert await store.used_bytes() == 5_000_000_230
