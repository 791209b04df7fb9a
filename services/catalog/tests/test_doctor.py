"""Looking at what the catalog keeps, on SQLite and PostgreSQL, and repairing it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.doctor import CatalogDoctor, doctor
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.videos.sql_store import SqlStore
from onwatch_catalog.videos.status import SILENT
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.observe.findings import CouldNotLook, Finding
from onwatch_testkit.clock import FakeClock

HOUR_S = 3600.0
LATER_S = 10 * HOUR_S


@pytest.fixture
async def physician(
    database: CatalogSettings, memory_bus: MemoryBus, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[CatalogDoctor]:
    (tmp_path / "media").mkdir()
    settings = database.model_copy(update={"media_dir": tmp_path / "media"})
    async with doctor(settings, bus=memory_bus, clock=clock) as made:
        yield made


async def found(physician: CatalogDoctor, leased: Any = None) -> dict[tuple[str, str], Finding]:
    return {(finding.kind, finding.subject): finding for finding in await physician.findings(leased, HOUR_S)}


async def repaired(physician: CatalogDoctor, kind: str, subject: str, leased: Any = None) -> None:
    """Repair it, twice, and see that it is gone."""
    finding = (await found(physician, leased))[kind, subject]
    assert finding.repair is not None
    assert finding.remedy
    await finding.repair()
    await finding.repair()
    assert (kind, subject) not in await found(physician, leased)


def put(physician: CatalogDoctor, path: str, age_s: float = LATER_S) -> Path:
    """A file in the media folder, changed so long ago."""
    file = physician.files.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    at_s = physician.clock.now().timestamp() - age_s
    for changed in (file, file.parent):
        os.utime(changed, (at_s, at_s))
    return file


@pytest.fixture
async def whole(staging: Any, database: CatalogSettings, clip: Path, clock: FakeClock) -> str:
    """The id of a video that is as it should be."""
    async with staging(database_url=database.database) as stage:
        video_id: str = await stage.add(clip)
    return video_id


async def test_a_catalog_that_is_as_it_should_be_has_no_findings(
    whole: str, database: CatalogSettings, clock: Any, memory_bus: MemoryBus, tmp_path: Path
) -> None:
    await clock.advance(LATER_S)
    settings = database.model_copy(update={"media_dir": tmp_path / "media"})
    async with doctor(settings, bus=memory_bus, clock=clock) as physician:
        assert await physician.findings((), 0) == []
        assert await physician.video_ids() == {whole}


async def test_folders_of_no_video_and_strays_are_removed(
    physician: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1, physician))
    keeps = [put(physician, "v/source.mp4"), put(physician, "v/thumbnail.jpg"), put(physician, "holiday.jpg")]
    stray, orphan = put(physician, "v/source.part"), put(physician, "gone/source.mp4")

    await repaired(physician, "stray_file", "v/source.part")
    await repaired(physician, "folder_without_video", "gone")

    assert not stray.exists()
    assert not orphan.parent.exists()
    assert all(file.exists() for file in keeps)
    assert (await found(physician))["foreign_entry", "holiday.jpg"].repair is None


async def test_an_upload_under_way_is_left_alone(physician: CatalogDoctor, store: SqlStore) -> None:
    await store.doom("arriving")
    put(physician, "arriving/source.part", age_s=10)

    assert await found(physician) == {}


async def test_an_upload_and_a_deletion_that_were_cut_short_are_finished(
    physician: CatalogDoctor, store: SqlStore
) -> None:
    await store.doom("upload")
    await store.doom("deletion")
    part = put(physician, "upload/source.part")

    await repaired(physician, "half_done", "upload")
    await repaired(physician, "half_done", "deletion")

    assert not part.parent.exists()
    assert await store.doomed() == []


async def test_a_video_whose_file_is_gone_is_deleted_and_everybody_told(
    physician: CatalogDoctor, store: SqlStore, make_video: Any, memory_bus: MemoryBus
) -> None:
    for video_id in ("v", "w"):
        await store.add(make_video(video_id), _message(VideoCreatedV1, physician, video_id))
    put(physician, "w/source.mp4")
    put(physician, "w/thumbnail.jpg")
    put(physician, "v/thumbnail.jpg")

    await repaired(physician, "video_without_file", "v")

    assert await store.find("v") is None
    assert not (physician.files.root / "v").exists()
    assert await store.unsent(10) == [], "said on the bus"
    assert memory_bus.messages_published == 3
    assert await store.find("w") is not None


async def test_a_folder_that_is_not_mounted_costs_no_video(
    physician: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    for video_id in ("v", "w"):
        await store.add(make_video(video_id), _message(VideoCreatedV1, physician, video_id))

    gone = await found(physician)

    assert {kind for kind, _ in gone} == {"video_without_file"}
    assert all(finding.repair is None and "mounted?" in finding.detail for finding in gone.values())
    shutil.rmtree(physician.files.root)
    with pytest.raises(CouldNotLook, match="media folder"):
        await physician.findings(None, HOUR_S)


async def test_a_thumbnail_is_made_again(
    physician: CatalogDoctor, store: SqlStore, make_video: Any, clip: Path
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1, physician))
    shutil.copy(clip, put(physician, "v/source.mp4"))

    await repaired(physician, "thumbnail_missing", "v")

    assert (physician.files.root / "v" / "thumbnail.jpg").read_bytes()[:2] == b"\xff\xd8"


async def test_a_message_that_never_went_out_is_said(
    physician: CatalogDoctor, store: SqlStore, make_video: Any, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1, physician))
    put(physician, "v/source.mp4")
    put(physician, "v/thumbnail.jpg")
    assert await found(physician) == {}, "it was written just now"
    clock._start += timedelta(seconds=LATER_S)

    ((kind, subject),) = await found(physician)
    assert (kind, subject.partition(" ")[2]) == ("unsent_message", "video.created.v1.v")
    await repaired(physician, kind, subject)
    assert memory_bus.messages_published == 1


async def test_a_stream_that_nobody_holds_is_marked_paused(
    physician: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    video = replace(make_video("v"), status=VideoStatus.STREAMING)
    await store.add(video, _message(VideoCreatedV1, physician))
    put(physician, "v/source.mp4")
    put(physician, "v/thumbnail.jpg")
    assert await found(physician, leased=None) == {}, "who holds what is not known"
    assert await found(physician, leased={"v"}) == {}

    await repaired(physician, "stuck_streaming", "v", leased=())

    paused = await store.find("v")
    assert paused is not None
    assert (paused.status, paused.status_reason) == (VideoStatus.PAUSED, SILENT)


async def test_a_database_without_tables_or_without_a_server_is_said_so(
    nothing_there: CatalogSettings, memory_bus: MemoryBus, clock: FakeClock, tmp_path: Path
) -> None:
    settings = nothing_there.model_copy(update={"media_dir": tmp_path})
    with pytest.raises(CouldNotLook, match="the catalog's database"):
        async with doctor(settings, bus=memory_bus, clock=clock) as physician:
            await physician.findings(None, HOUR_S)
    nobody = CatalogSettings(database_url="postgresql://nobody@127.0.0.1:1/none", media_dir=tmp_path)
    with pytest.raises(CouldNotLook, match="the catalog's database"):
        async with doctor(nobody, bus=memory_bus, clock=clock) as physician:
            await physician.findings(None, HOUR_S)


def _message(kind: Any, physician: CatalogDoctor, video_id: str = "v") -> Any:
    return physician.publisher.make(kind, video_id=video_id)
