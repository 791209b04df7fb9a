"""Who may move what."""

from __future__ import annotations

from typing import Any

import pytest

from onwatch_catalog.errors import FolderNotFound, InvalidName, VideoNotFound
from onwatch_catalog.folders.errors import MoveNotAllowed
from onwatch_contracts.accounts import EVERYBODY, Identity, KeyKind, Role
from onwatch_contracts.folders import NO_FOLDER


def limited_to(*folder_ids: str, video_ids: tuple[str, ...] = ()) -> Identity:
    return Identity(
        name="Ida", role=Role.OPERATOR, kind=KeyKind.SESSION, video_ids=video_ids, folder_ids=tuple(folder_ids)
    )


async def test_folders_are_those_that_may_be_seen(bench: Any) -> None:
    north, south = await bench.named("North", "South")
    ida = limited_to(south)

    assert [folder.id for folder in (await bench.folders.all(EVERYBODY)).items] == [north, south]
    assert [folder.id for folder in (await bench.folders.all(ida)).items] == [south]
    await bench.folders.check(south, ida)
    await bench.folders.check(NO_FOLDER, ida)
    for folder_id, who in ((north, ida), ("no such", EVERYBODY), ("\0", EVERYBODY)):
        with pytest.raises(FolderNotFound):
            await bench.folders.check(folder_id, who)


async def test_a_name_is_checked_and_printable(bench: Any) -> None:
    assert (await bench.folders.add("  North\n/ Bridge ")).name == "North/ Bridge"
    with pytest.raises(InvalidName):
        await bench.folders.add("  ")


async def test_a_move_needs_the_right_to_both_folders(bench: Any) -> None:
    north, south, west = await bench.named("North", "South", "West")
    for video_id, folder_id in (("a", north), ("b", south), ("c", None), ("d", west)):
        await bench.add(video_id, folder_id)
    ida = limited_to(north, south, video_ids=("c", "d"))

    await bench.folders.move(["a"], south, ida)
    for video_ids, folder_id, refusal in (
        (["a"], west, FolderNotFound),
        (["a"], None, MoveNotAllowed),
        (["c"], north, MoveNotAllowed),
        (["d"], north, MoveNotAllowed),
        (["x"], north, VideoNotFound),
    ):
        with pytest.raises(refusal):
            await bench.folders.move(video_ids, folder_id, ida)
    with pytest.raises(VideoNotFound):
        await bench.folders.move(["d"], north, limited_to(north))

    assert await bench.where("a", "b", "c", "d") == [south, south, None, west]
    await bench.folders.move(["a", "b", "c", "d", "a"], None, EVERYBODY)
    assert await bench.where("a", "b", "c", "d") == [None] * 4


async def test_the_folder_of_a_video_is_told_to_those_who_may_see_it(bench: Any) -> None:
    (north,) = await bench.named("North")
    await bench.add("a", north)

    assert (await bench.folders.of_video("a", EVERYBODY)).folder_id == north
    assert (await bench.folders.of_video("a", limited_to(north))).folder_id == north
    assert (await bench.folders.of_video("a", limited_to(video_ids=("a",)))).folder_id is None
