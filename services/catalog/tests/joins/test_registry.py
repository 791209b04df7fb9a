"""Joins wait for one another, can be cancelled, and end with the catalog."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.errors import JoinNotFound, TooManyJoins
from onwatch_catalog.folders.store import FolderStore, NewFolder
from onwatch_catalog.joins import registry as joins_registry
from onwatch_catalog.joins.progress import JoinProgress
from onwatch_catalog.joins.registry import Joins
from onwatch_catalog.processes import Activities
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.storage.quota import StorageQuota
from onwatch_contracts.http import Join, JoinRequest, JoinState
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_media import LimitExceeded

REQUEST = JoinRequest(video_ids=("a", "b"))


async def at_end(joins: Joins, join_id: str) -> Join:
    while (join := await joins.get(join_id)).state not in (JoinState.FINISHED, JoinState.FAILED):  # noqa: ASYNC110 clients poll joins, too
        await asyncio.sleep(0.001)
    return join


def folders(media: Path) -> set[str]:
    return {path.name for path in media.iterdir()}


async def nothing_is_left(media: Path, store: SqlStore) -> bool:
    return folders(media) == {"a", "b"} and await store.pending_deletions() == []


async def test_the_progress_is_told_while_the_file_is_written(joins: Joins, joiner: Any) -> None:
    async with joins.running():
        started = await joins.start(REQUEST)
        assert (started.id, started.state, started.progress) == ("j-1", JoinState.WAITING, 0.0)
        await joiner.is_writing.wait()
        writing = await joins.get("j-1")
        assert writing.state is JoinState.JOINING
        assert 0 < writing.progress <= 1
        joiner.may_end.set()
        done = await at_end(joins, "j-1")
        assert (done.state, done.progress, len(done.joined)) == (JoinState.FINISHED, 1.0, 1)


async def test_an_end_is_told_once_all_processes_know_though_it_came_while_the_progress_was_read(
    joins: Joins, joiner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    read, finish = JoinProgress.as_http, Activities.finish

    def read_at_the_end(join: JoinProgress) -> Join:
        while threading.current_thread() is not threading.main_thread() and not join.is_over:
            time.sleep(0.001)
        return read(join)

    async def finish_late(*args: Any, **options: Any) -> None:
        await asyncio.wait([answer], timeout=0.1)  # time for an answer that comes too early
        await finish(*args, **options)
        order.append("known to all")

    async with joins.running():
        await joins.start(REQUEST)
        await joiner.is_writing.wait()
        monkeypatch.setattr(JoinProgress, "as_http", read_at_the_end)
        monkeypatch.setattr(Activities, "finish", finish_late)
        answer = asyncio.create_task(joins.get("j-1"))
        answer.add_done_callback(lambda _: order.append("told"))
        joiner.may_end.set()
        assert (await answer).state is JoinState.FINISHED

    assert order == ["known to all", "told"]


async def test_a_cancelled_join_leaves_nothing_but_its_recordings(
    joins: Joins, joiner: Any, media: Path, store: SqlStore, registry: CollectorRegistry
) -> None:
    async with joins.running():
        await joins.start(REQUEST)
        await joiner.is_writing.wait()
        await joins.cancel("j-1")
        assert joiner.was_cancelled
        assert await nothing_is_left(media, store)
        with pytest.raises(JoinNotFound):
            await joins.get("j-1")
    assert registry.get_sample_value("onwatch_catalog_joins_total", {"outcome": "cancelled"}) == 1


async def test_the_end_of_the_catalog_ends_a_join(joins: Joins, joiner: Any, media: Path, store: SqlStore) -> None:
    async with joins.running():
        await joins.start(REQUEST)
        await joiner.is_writing.wait()
    assert joiner.was_cancelled
    assert await nothing_is_left(media, store)


async def test_one_join_works_at_a_time_and_a_waiting_one_can_be_cancelled(joins: Joins, joiner: Any) -> None:
    async with joins.running():
        for _ in range(3):
            await joins.start(REQUEST)
        await joiner.is_writing.wait()
        states = [(await joins.get(join_id)).state for join_id in ("j-1", "j-2", "j-3")]
        assert states == [JoinState.JOINING, JoinState.WAITING, JoinState.WAITING]
        await joins.cancel("j-2")
        joiner.may_end.set()
        assert [(await at_end(joins, join_id)).state for join_id in ("j-1", "j-3")] == [JoinState.FINISHED] * 2


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (OSError(errno.ENOSPC, "No space left"), "storage_full", "The disk is full"),
        (LimitExceeded("joining took long"), "recordings_not_joined", "joining took long"),
        (OSError(errno.EIO, "the disk is broken"), "internal_error", "log"),
    ],
)
async def test_a_join_that_fails_says_why_and_leaves_its_recordings(
    joins: Joins,
    joiner: Any,
    media: Path,
    store: SqlStore,
    registry: CollectorRegistry,
    failure: Exception,
    code: str,
    says: str,
) -> None:
    joiner.failure = failure
    joiner.may_end.set()
    async with joins.running():
        await joins.start(REQUEST)
        join = await at_end(joins, "j-1")
    assert join.problem
    assert (join.state, join.problem.code, join.problem.instance) == (JoinState.FAILED, code, "/api/joins/j-1")
    assert says in join.problem.detail
    assert await nothing_is_left(media, store)
    assert registry.get_sample_value("onwatch_catalog_joins_total", {"outcome": "failed"}) == 1


async def test_joins_that_wait_are_limited(joins: Joins, joiner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joins_registry, "MAX_UNFINISHED", 2)
    async with joins.running():
        for _ in range(2):
            await joins.start(REQUEST)
        with pytest.raises(TooManyJoins, match="2 joins are waiting or in progress"):
            await joins.start(REQUEST)
        joiner.may_end.set()
        await at_end(joins, "j-2")
        await joins.start(REQUEST)


class SlowQuota(StorageQuota):
    """Of three joins that are started, each gets its part only when all of them wait for it."""

    def __init__(self, store: SqlStore, limit_bytes: int) -> None:
        super().__init__(store, limit_bytes)
        self.asked = asyncio.Barrier(3)

    async def reserve(self, owner: str, size_bytes: int) -> None:
        await super().reserve(owner, size_bytes)
        await self.asked.wait()


async def test_joins_that_are_started_at_once_are_limited_too(
    joins: Joins, joiner: Any, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joins_registry, "MAX_UNFINISHED", 1)
    joins.quota = SlowQuota(store, 1 << 40)
    before = (await joins.quota.usage()).used_bytes
    async with joins.running():
        started = await asyncio.gather(*(joins.start(REQUEST) for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in started if not isinstance(answer, Join)] == [TooManyJoins] * 2
        (join_id,) = [answer.id for answer in started if isinstance(answer, Join)]
        joiner.may_end.set()
        await at_end(joins, join_id)
    added = await store.find("v-1")
    assert added is not None
    assert (await joins.quota.usage()).used_bytes == before + added.size_bytes, "nothing is reserved any more"


async def test_a_joined_video_is_where_its_recordings_are_now(joins: Joins, joiner: Any, store: SqlStore) -> None:
    folders = FolderStore(store._engine)
    for name in ("north", "south"):
        await folders.add(NewFolder(name, name, datetime(2026, 1, 1, tzinfo=UTC)))
    await folders.move(("a", "b"), "north", lambda *_: None)
    async with joins.running():
        await joins.start(REQUEST)
        await joiner.is_writing.wait()
        await folders.move(("a", "b"), "south", lambda *_: None)
        await folders.remove("north")
        joiner.may_end.set()
        join = await at_end(joins, "j-1")
    assert join.problem is None
    assert await folders.folders_of([joined.video_id for joined in join.joined]) == {"v-1": "south"}


async def test_a_join_without_its_recordings_and_their_folder_says_so(
    joins: Joins, joiner: Any, store: SqlStore, media: Path
) -> None:
    folders = FolderStore(store._engine)
    await folders.add(NewFolder("north", "North", datetime(2026, 1, 1, tzinfo=UTC)))
    await folders.move(("a", "b"), "north", lambda *_: None)
    async with joins.running():
        await joins.start(REQUEST)
        await joiner.is_writing.wait()
        for video_id in ("a", "b"):
            await store.remove(video_id, joins.work.publisher.make(VideoDeletedV1, video_id=video_id))
        await folders.remove("north")
        joiner.may_end.set()
        join = await at_end(joins, "j-1")
    assert join.problem
    assert (join.state, join.problem.code) == (JoinState.FAILED, "folder_not_found")
