"""Examining and repairing what the catalog stores, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.doctor.examination import CatalogDoctor, doctor
from onwatch_catalog.media import MediaFolder, StoredFiles
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.videos.status import LOST
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import Message, VideoCreatedV1
from onwatch_runtime.observe import ExaminationFailed, Finding
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.stored_videos import memory_store

HOUR_S = 3600.0
LATER_S = 10 * HOUR_S


@pytest.fixture
async def catalog_doctor(database: CatalogSettings, clock: FakeClock, tmp_path: Path) -> AsyncIterator[CatalogDoctor]:
    (tmp_path / "media").mkdir()
    settings = database.model_copy(update={"media_dir": tmp_path / "media"})
    async with doctor(settings, clock=clock) as made:
        yield made


async def found(catalog_doctor: CatalogDoctor, leased: Any = None) -> dict[tuple[str, str], Finding]:
    return {(finding.kind, finding.subject): finding for finding in await catalog_doctor.findings(leased, HOUR_S)}


async def repaired(catalog_doctor: CatalogDoctor, kind: str, subject: str, leased: Any = None) -> None:
    """Repair it twice; the finding is gone."""
    finding = (await found(catalog_doctor, leased))[kind, subject]
    assert finding.repair is not None
    assert finding.remedy
    await finding.repair()
    await finding.repair()
    assert (kind, subject) not in await found(catalog_doctor, leased)


def root_of(catalog_doctor: CatalogDoctor) -> Path:
    assert isinstance(catalog_doctor.files, MediaFolder)
    return catalog_doctor.files.root


def put(catalog_doctor: CatalogDoctor, path: str, age_s: float = LATER_S) -> Path:
    """A file in the media folder, last modified that long ago."""
    file = root_of(catalog_doctor) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    at_s = catalog_doctor.clock.now().timestamp() - age_s
    for changed in (file, file.parent):
        os.utime(changed, (at_s, at_s))
    return file


@pytest.fixture
async def whole(staging: Any, database: CatalogSettings, clip: Path, clock: FakeClock) -> str:
    """The id of a consistent video."""
    async with staging(database_url=database.database) as stage:
        video_id: str = await stage.add(clip)
    return video_id


async def test_a_consistent_catalog_has_no_findings(
    whole: str, database: CatalogSettings, clock: Any, tmp_path: Path
) -> None:
    await clock.advance(LATER_S)
    settings = database.model_copy(update={"media_dir": tmp_path / "media"})
    async with doctor(settings, clock=clock) as catalog_doctor:
        assert await catalog_doctor.findings((), 0) == []
        assert await catalog_doctor.video_ids() == {whole}


async def test_folders_without_a_video_and_stray_files_are_removed(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1))
    keeps = [
        put(catalog_doctor, "v/source.mp4"),
        put(catalog_doctor, "v/thumbnail.jpg"),
        put(catalog_doctor, "holiday.jpg"),
    ]
    stray, orphan = put(catalog_doctor, "v/source.part"), put(catalog_doctor, "gone/source.mp4")

    await repaired(catalog_doctor, "stray_file", "v/source.part")
    await repaired(catalog_doctor, "folder_without_video", "gone")

    assert not stray.exists()
    assert not orphan.parent.exists()
    assert all(file.exists() for file in keeps)
    assert (await found(catalog_doctor))["foreign_entry", "holiday.jpg"].repair is None


async def test_an_upload_in_progress_is_not_a_finding(catalog_doctor: CatalogDoctor, store: SqlStore) -> None:
    await store.add_pending_deletion("arriving")
    put(catalog_doctor, "arriving/source.part", age_s=10)

    assert await found(catalog_doctor) == {}


async def test_an_interrupted_upload_or_deletion_is_reported_and_left_to_the_catalog(
    catalog_doctor: CatalogDoctor, store: SqlStore
) -> None:
    await store.add_pending_deletion("upload")
    await store.add_pending_deletion("deletion")
    put(catalog_doctor, "upload/source.part")

    findings = await found(catalog_doctor)

    assert set(findings) == {("half_done", "upload"), ("half_done", "deletion")}
    for finding in findings.values():
        assert finding.repair is None
        assert "the catalog finishes it" in str(finding.remedy)


async def test_a_video_without_its_file_is_deleted_and_the_deletion_published(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    for video_id in ("v", "w"):
        await store.add(make_video(video_id), _message(VideoCreatedV1, video_id))
    put(catalog_doctor, "w/source.mp4")
    put(catalog_doctor, "w/thumbnail.jpg")
    put(catalog_doctor, "v/thumbnail.jpg")

    await repaired(catalog_doctor, "video_without_file", "v")

    assert await store.find("v") is None
    assert not (root_of(catalog_doctor) / "v").exists()
    assert [entry.routing_key for entry in await store.unsent(10)][2:] == ["video.deleted.v1.v"]
    assert await store.find("w") is not None


async def test_no_video_is_deleted_when_the_folder_is_not_mounted(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    for video_id in ("v", "w"):
        await store.add(make_video(video_id), _message(VideoCreatedV1, video_id))

    gone = await found(catalog_doctor)

    assert {kind for kind, _ in gone} == {"video_without_file"}
    assert all(finding.repair is None and "mounted?" in finding.detail for finding in gone.values())
    shutil.rmtree(root_of(catalog_doctor))
    with pytest.raises(ExaminationFailed, match="media folder"):
        await catalog_doctor.findings(None, HOUR_S)


async def test_a_missing_thumbnail_is_restored(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any, clip: Path
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1))
    shutil.copy(clip, put(catalog_doctor, "v/source.mp4"))

    await repaired(catalog_doctor, "thumbnail_missing", "v")

    assert (root_of(catalog_doctor) / "v" / "thumbnail.jpg").read_bytes()[:2] == b"\xff\xd8"


async def test_an_old_message_in_the_outbox_is_reported_and_left_to_the_catalog(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any, clock: FakeClock
) -> None:
    await store.add(make_video("v"), _message(VideoCreatedV1))
    put(catalog_doctor, "v/source.mp4")
    put(catalog_doctor, "v/thumbnail.jpg")
    assert await found(catalog_doctor) == {}, "it was written just now"
    clock._start += timedelta(seconds=LATER_S)

    ((key, finding),) = (await found(catalog_doctor)).items()

    assert (key[0], key[1].partition(" ")[2]) == ("unsent_message", "video.created.v1.v")
    assert finding.repair is None
    assert "once it runs" in str(finding.remedy)


async def test_a_stream_without_a_lease_is_marked_paused(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any
) -> None:
    video = replace(make_video("v"), status=VideoStatus.STREAMING)
    await store.add(video, _message(VideoCreatedV1))
    put(catalog_doctor, "v/source.mp4")
    put(catalog_doctor, "v/thumbnail.jpg")
    assert await found(catalog_doctor, leased=None) == {}, "the leases are not known"
    assert await found(catalog_doctor, leased={"v"}) == {}

    await repaired(catalog_doctor, "stuck_streaming", "v", leased=())

    paused = await store.find("v")
    assert paused is not None
    assert (paused.status, paused.status_reason) == (VideoStatus.PAUSED, LOST)


async def test_a_database_without_tables_or_without_a_server_is_reported(
    empty_database: CatalogSettings, clock: FakeClock, tmp_path: Path
) -> None:
    settings = empty_database.model_copy(update={"media_dir": tmp_path})
    with pytest.raises(ExaminationFailed, match="the catalog's database"):
        async with doctor(settings, clock=clock) as catalog_doctor:
            await catalog_doctor.findings(None, HOUR_S)
    nobody = CatalogSettings(database_url="postgresql://nobody@127.0.0.1:1/none", media_dir=tmp_path)
    with pytest.raises(ExaminationFailed, match="the catalog's database"):
        async with doctor(nobody, clock=clock) as catalog_doctor:
            await catalog_doctor.findings(None, HOUR_S)


def _message(kind: type[Message], video_id: str = "v") -> Message:
    return kind(message_id=f"{kind.name}-{video_id}", occurred_at=datetime(2026, 1, 1, tzinfo=UTC), video_id=video_id)


async def test_an_object_store_is_examined_and_repaired_like_a_folder(
    catalog_doctor: CatalogDoctor, store: SqlStore, make_video: Any, tmp_path: Path
) -> None:
    """An upload that nobody knows, parts beside a complete file, and what is not ours."""
    await store.add(replace(make_video("v"), file_path="v/source.mp4"), _message(VideoCreatedV1, "v"))
    objects = memory_store(tmp_path)
    part = f"parts/{0:020}"
    for path in ("v/source.mp4", "v/source.clock", f"v/{part}", "gone/parts/begun", f"gone/{part}", "notes/a.txt", "b"):
        objects.put(path, b"x")
    now = datetime.now(UTC) + timedelta(seconds=LATER_S)
    stored = replace(catalog_doctor, files=StoredFiles(objects, tmp_path), clock=FakeClock(now))

    findings = await found(stored)
    assert {key for key in findings if key[0] not in ("unsent_message", "thumbnail_missing")} == {
        ("folder_without_video", "gone"),
        ("stray_file", f"v/{part}"),
        ("foreign_entry", "notes"),
        ("foreign_entry", "b"),
    }
    await repaired(stored, "folder_without_video", "gone")
    await repaired(stored, "stray_file", f"v/{part}")
    assert sorted(each.path for each in objects.listed()) == ["b", "notes/a.txt", "v/source.clock", "v/source.mp4"]
