"""The store of folders on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from onwatch_catalog.errors import FolderNotFound, VideoNotFound
from onwatch_catalog.folders import store as folder_store
from onwatch_catalog.folders.errors import FolderNameTaken, FolderNotEmpty, TooManyFolders
from onwatch_catalog.records import Listing
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_contracts.folders import NO_FOLDER

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def anything(video_id: str, folder_id: str | None) -> None:
    """Everybody may move it."""


async def test_folders_are_listed_by_name_with_how_many_videos_they_have(bench: Any) -> None:
    elm_10, elm_2, harbour = await bench.named("Elm 10", "Elm 2", "Harbour")
    for video_id in ("a", "b"):
        await bench.add(video_id, elm_10)
    await bench.add("c")

    found = [(folder.id, folder.name, folder.videos_count) for folder in await bench.store.all()]

    assert found == [(elm_2, "Elm 2", 0), (elm_10, "Elm 10", 2), (harbour, "Harbour", 0)]


async def test_names_that_differ_in_case_and_accents_alone_are_one_name(bench: Any) -> None:
    cafe, harbour = await bench.named("Café", "Harbour")

    with pytest.raises(FolderNameTaken, match="CAFE already"):
        await bench.named("CAFE")
    with pytest.raises(FolderNameTaken):
        await bench.store.rename(harbour, "cafe")
    await bench.store.rename(cafe, "CAFÉ")

    assert [folder.name for folder in await bench.store.all()] == ["CAFÉ", "Harbour"]


async def test_videos_move_all_together(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    for video_id in ("a", "b", "c"):
        await bench.add(video_id, north)

    await bench.store.move(["b", "a"], south, anything)
    assert await bench.where("a", "b", "c") == [south, south, north]
    await bench.store.move(["a"], None, anything)
    assert await bench.where("a") == [None]


async def test_a_refused_move_moves_nothing(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    await bench.add("a", north)
    await bench.add("b")

    def not_b(video_id: str, folder_id: str | None) -> None:
        if (video_id, folder_id) == ("b", None):
            raise PermissionError

    for video_ids, folder_id, refusal in (
        (["a", "x"], south, VideoNotFound),
        (["a"], "no such", FolderNotFound),
        (["a", "b"], south, PermissionError),
    ):
        with pytest.raises(refusal):
            await bench.store.move(video_ids, folder_id, not_b)

    assert await bench.where("a", "b") == [north, None]


async def test_only_an_empty_folder_is_deleted(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    await bench.add("a", north)
    upload = UnfinishedUpload("u", "Elm", "elm.mp4", None, 10, NOON, north)
    await bench.uploads.add(upload)

    with pytest.raises(FolderNotEmpty, match="North has 1 video and 1 unfinished upload; move them first"):
        await bench.store.remove(north)
    await bench.store.move(["a"], south, anything)
    with pytest.raises(FolderNotEmpty, match="has 1 unfinished upload"):
        await bench.store.remove(north)
    await bench.uploads.abandon("u")
    await bench.store.remove(north)

    assert [folder.id for folder in await bench.store.all()] == [south]
    for gone in (bench.store.remove(north), bench.store.find(north), bench.store.rename(north, "Northern")):
        with pytest.raises(FolderNotFound):
            await gone


async def test_nothing_is_added_to_a_folder_that_was_deleted(bench: Any) -> None:
    (north,) = await bench.named("North")
    await bench.store.remove(north)

    with pytest.raises(FolderNotFound):
        await bench.add("a", north)
    with pytest.raises(FolderNotFound):
        await bench.uploads.add(UnfinishedUpload("u", "Elm", "elm.mp4", None, 10, NOON, north))

    assert await bench.videos.find("a") is None
    assert await bench.uploads.all() == []


async def test_a_folder_is_deleted_or_gets_the_video_and_never_both(bench: Any) -> None:
    for number in range(5):
        (folder_id,) = await bench.named(f"Folder {number}")
        await bench.add(f"v{number}")
        moved, removed = await asyncio.gather(
            bench.store.move([f"v{number}"], folder_id, anything),
            bench.store.remove(folder_id),
            return_exceptions=True,
        )
        is_moved = moved is None
        assert isinstance(removed if is_moved else moved, FolderNotEmpty if is_moved else FolderNotFound)
        assert await bench.where(f"v{number}") == [folder_id if is_moved else None]


async def test_moves_of_the_same_videos_in_another_order_wait_for_each_other(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    for video_id in ("a", "b"):
        await bench.add(video_id)

    await asyncio.gather(
        *(bench.store.move(ids, folder, anything) for ids in (["a", "b"], ["b", "a"]) for folder in (north, south))
    )

    assert len(set(await bench.where("a", "b"))) == 1


async def test_a_deleted_video_leaves_its_folder(bench: Any) -> None:
    (north,) = await bench.named("North")
    await bench.add("a", north)
    await bench.videos.change("a", lambda video: replace(video, name="Other"))
    assert await bench.where("a") == [north]

    await bench.videos.remove("a", None)
    await bench.store.remove(north)


async def test_a_list_is_of_one_folder_of_no_folder_or_of_what_may_be_seen(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    for video_id, folder_id in (("a", north), ("b", south), ("c", None), ("d", north)):
        await bench.add(video_id, folder_id)

    async def ids(**listing: Any) -> str:
        found = await bench.videos.page(10, None, Listing(**listing))
        assert await bench.videos.count(Listing(**listing)) == len(found)
        return "".join(sorted(video.id for video in found))

    assert await ids(folder=north) == "ad"
    assert await ids(folder=NO_FOLDER) == "c"
    assert await ids(video_ids=(), folder_ids=(north,)) == "ad"
    assert await ids(video_ids=(), folder_ids=(north, south)) == "abd"
    assert await ids(video_ids=("c", "a"), folder_ids=(south,)) == "abc"
    assert await ids(video_ids=("c",), folder_ids=(south,), folder=north) == ""
    assert await ids(video_ids=()) == ""


async def test_there_are_only_so_many_folders(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_store, "MAX_FOLDERS", 2)
    await bench.named("a", "b")

    with pytest.raises(TooManyFolders, match="2 folders"):
        await bench.named("c")
