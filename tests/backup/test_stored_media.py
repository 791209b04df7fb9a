"""Backups and restores of a system whose videos are in an object store."""

from __future__ import annotations

import io
import itertools
import os
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from backup.systems import STORED, BackedUp, Crashing, Place, place
from backup.test_restoring import restore, state_of

from onwatch.backup import stored_media
from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.errors import BackupFailed, RestoreRefused
from onwatch.backup.media_files import copied
from onwatch.backup.places import staging
from onwatch.backup.progress import Unwatched
from onwatch.backup.stored_media import MARK, StoreFiles
from onwatch.backup.writing import backup_to_file
from onwatch_catalog.media import RestoreUnfinished, files_of
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.fault_injector import Crash, CrashAfter
from onwatch_testkit.servers import PostgresServer
from onwatch_testkit.stored_videos import memory_store

KILLED_AT = ("media/", "setting", "emptying", "replacing", "deleting", "removing")


def no_server() -> PostgresServer:
    raise AssertionError("these databases are files")


def backup_of(here: Place, target: Path) -> Path:
    backup_to_file(here.stores, target, SystemClock(), Unwatched())
    return target


@pytest.mark.slow
@pytest.mark.usefixtures("store_environment")
def test_a_restore_that_is_killed_at_any_step_leaves_the_former_videos_or_is_finished_by_the_next(
    backed_up: BackedUp, other: Place, tmp_path: Path
) -> None:
    former = backup_of(other, tmp_path / "other.tar")
    wanted, half_replaced_at = state_of(backed_up.place), []
    for number in itertools.count():
        with place(STORED, tmp_path / str(number), no_server) as here:
            restore(here, former)
            before = state_of(here)
            watch = Crashing(CrashAfter(number), of=KILLED_AT)
            try:
                restore(here, backed_up.file, watch)
            except Crash:
                is_half_replaced = here.store.size_bytes(MARK) is not None
                if is_half_replaced:
                    half_replaced_at.append(watch.steps[-1].split(" ")[0])
                    with pytest.raises(RestoreUnfinished, match="run `onwatch restore` with the same backup again"):
                        files_of(here.stores.catalog).check()
                else:
                    files_of(here.stores.catalog).check()
                    files, videos = state_of(here)
                    assert (before[0].items() <= files.items(), videos) == (True, before[1])
                restore(here, backed_up.file, may_replace=not is_half_replaced)
                assert state_of(here) == wanted
            else:
                assert state_of(here) == wanted
                break
    assert half_replaced_at == ["emptying", "replacing", "replacing", "deleting", "removing"]


@pytest.mark.usefixtures("store_environment")
def test_a_restore_that_fails_leaves_no_object(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: object) -> None:
        raise BackupFailed("a service was started meanwhile")

    with place(STORED, tmp_path / "here", no_server) as here:
        monkeypatch.setattr("onwatch.backup.loading.NewTables.finish_files", denied)
        with pytest.raises(BackupFailed, match="meanwhile"):
            restore(here, backed_up.file)
        assert here.files() == {}


@pytest.mark.usefixtures("store_environment")
def test_a_store_that_is_not_empty_is_not_replaced_without_consent_nor_by_two(
    backed_up: BackedUp, tmp_path: Path
) -> None:
    with place(STORED, tmp_path / "here", no_server) as here:
        restore(here, backed_up.file)
        with pytest.raises(RestoreRefused, match="not empty: it has 1 videos, 1 finished runs"):
            restore(here, backed_up.file, may_replace=False)
        with staging(here.stores.catalog), pytest.raises(RestoreRefused, match="another restore is at work"):
            restore(here, backed_up.file)


@pytest.mark.usefixtures("store_environment")
def test_a_backup_of_a_store_is_restored_into_a_folder(backed_up: BackedUp, tmp_path: Path) -> None:
    with place(STORED, tmp_path / "stored", no_server) as stored:
        restore(stored, backed_up.file)
        backup = backup_of(stored, tmp_path / "stored.tar")
    here = Place(tmp_path / "here", {})

    restore(here, backup)

    assert state_of(here) == state_of(backed_up.place)


@pytest.mark.usefixtures("store_environment")
def test_a_restored_object_says_what_it_is_and_how_it_is_called(backed_up: BackedUp, tmp_path: Path) -> None:
    with place(STORED, tmp_path / "here", no_server) as here:
        restore(here, backed_up.file)
        store = files_of(here.stores.catalog.model_copy(update={"media_public_url": os.environ["AWS_ENDPOINT_URL"]}))
        url = store.presigned_url(f"{backed_up.video_id}/source.mp4")
        assert url is not None
        headers = httpx.get(url, timeout=60).headers
        assert headers["content-type"] == "video/mp4"
        assert headers["content-disposition"] == 'inline; filename="kept"'


def test_a_video_that_is_deleted_while_it_is_copied_breaks_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder's file is open then and read to its end; an object is gone."""
    monkeypatch.setattr(stored_media, "READ_BYTES", 20_000)
    store, stream, content = memory_store(tmp_path), io.BytesIO(), os.urandom(100_000)
    for video_id in ("deleted", "kept"):
        store.put(f"{video_id}/source.mp4", content)
    files = StoreFiles(store)
    paths = {video_id: f"{video_id}/source.mp4" for video_id in ("deleted", "kept")}
    assert files.total_bytes(paths.values()) == 200_000

    class Deleting(Unwatched):
        def step(self, what: str, size_bytes: int = 0) -> None:
            if what.startswith("media/deleted/") and size_bytes:
                store.delete([paths["deleted"]])

    writer = ArchiveWriter(stream)
    missing = copied(files, paths, writer, Deleting())

    assert [(part.name, part.size_bytes) for part in writer.parts] == [
        ("media/deleted/source.mp4", 100_000),
        ("media/kept/source.mp4", 100_000),
    ]
    assert stream.getvalue().count(content) == 1
    assert missing.of_existing(frozenset({"deleted"})) == ()
    with pytest.raises(BackupFailed, match=r"deleted/source\.mp4 was deleted while it was copied, but its video was"):
        missing.of_existing(frozenset())


def test_an_object_that_is_not_there_is_told(tmp_path: Path) -> None:
    files = StoreFiles(memory_store(tmp_path))
    assert files.total_bytes(["v/source.mp4"]) == 0
    with closing(io.BytesIO()) as stream:
        missing = copied(files, {"v": "v/source.mp4"}, ArchiveWriter(stream), Unwatched())
    assert missing.of_existing(frozenset()) == ("v/source.mp4",)
