"""Restores that are refused, fail, or are killed at each step."""

from __future__ import annotations

import asyncio
import errno
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from backup.systems import BackedUp, Crashing, Place, place

from onwatch.backup.errors import BackupDamaged, BackupFailed, RestoreRefused
from onwatch.backup.manifest import Manifest
from onwatch.backup.owners import owners_of
from onwatch.backup.places import staging
from onwatch.backup.progress import Unwatched
from onwatch.backup.restoring import Restore
from onwatch_aggregator.backup import newest_runs
from onwatch_catalog.backup import video_files
from onwatch_catalog.media import MediaFolder, RestoreUnfinished, is_half_replaced
from onwatch_runtime.clock import SystemClock
from onwatch_sql.database import Database
from onwatch_sql.dump import snapshots
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.fault_injector import Crash, CrashAfter
from onwatch_testkit.servers import PostgresServer
from onwatch_testkit.sql.databases import new_database
from onwatch_testkit.system import running_site


def restore(here: Place, backup: Path, watch: Any = None, *, may_replace: bool = True) -> Manifest:
    return Restore(here.stores, backup, SystemClock(), watch or Unwatched()).run(lambda *_: may_replace)


def state_of(here: Place) -> tuple[dict[str, str], set[str]]:
    """Files, and the videos, which have rows in both databases."""
    with snapshots([owner.owned for owner in owners_of(here.stores)], "test") as (catalog, aggregator):
        videos = set(video_files(catalog))
        assert videos == set(newest_runs(aggregator))
    files = {path: sha256 for path, sha256 in here.files().items() if not path.startswith(".restore/")}
    return files, videos


def copy_of(here: Place, folder: Path) -> Place:
    shutil.copytree(here.data_dir, folder)
    return Place(folder, {})


# --- refused, and nothing is changed ---------------------------------------------------------------


def test_a_system_that_is_not_empty_is_not_replaced_without_consent(
    backed_up: BackedUp, other: Place, tmp_path: Path
) -> None:
    here = copy_of(other, tmp_path / "here")
    before = state_of(here)

    with pytest.raises(RestoreRefused, match="not empty: it has 1 videos, 1 finished runs"):
        restore(here, backed_up.file, may_replace=False)

    assert state_of(here) == before
    assert not (here.media / ".restore").exists()


def test_with_consent_nothing_of_the_former_system_stays(backed_up: BackedUp, other: Place, tmp_path: Path) -> None:
    here = copy_of(other, tmp_path / "here")

    restore(here, backed_up.file)

    assert state_of(here) == state_of(backed_up.place)
    assert sorted(path.name for path in here.media.iterdir()) == [backed_up.video_id]


async def test_a_running_system_is_not_replaced(backed_up: BackedUp, tmp_path: Path) -> None:
    async with running_site(tmp_path / "data", FakeClock()):
        with pytest.raises(RestoreRefused, match=r"in use: .*catalog.db is open in another program"):
            await asyncio.to_thread(restore, Place(tmp_path / "data", {}), backed_up.file)


@pytest.mark.connected
async def test_a_system_running_on_postgresql_is_not_replaced(
    backed_up: BackedUp, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with place("one postgresql", tmp_path / "data", lambda: postgres_server) as here:
        async with running_site(here.data_dir, FakeClock(), **here.environ):
            with pytest.raises(RestoreRefused, match=r"onwatch-catalog has \d+ connections to the catalog's database"):
                await asyncio.to_thread(restore, here, backed_up.file)


def test_two_restores_exclude_each_other(backed_up: BackedUp, tmp_path: Path) -> None:
    here = Place(tmp_path / "here", {})
    with staging(here.stores.catalog), pytest.raises(RestoreRefused, match="another restore is at work"):
        restore(here, backed_up.file)
    restore(here, backed_up.file)


@pytest.mark.connected
def test_a_restore_excludes_migrations_and_other_restores_on_postgresql(
    backed_up: BackedUp, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with place("one postgresql", tmp_path / "data", lambda: postgres_server) as here:
        with psycopg.connect(here.environ["ONWATCH_CATALOG_DATABASE_URL"], autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(b"owcatlog")])
            with pytest.raises(RestoreRefused, match="another program migrates or restores the catalog's database"):
                restore(here, backed_up.file)
        restore(here, backed_up.file)
        assert state_of(here) == state_of(backed_up.place)


def test_a_backup_of_a_newer_version_is_refused(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "knows", lambda self, revision: self.owner != "aggregator")
    with pytest.raises(RestoreRefused, match=r"does not know migration \d+ of the aggregator; restore it with"):
        restore(Place(tmp_path / "here", {}), backed_up.file)
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize("part", ["sql/catalog/videos/000001.copy.gz", "media/{}/source.mp4"])
def test_a_damaged_backup_changes_nothing_and_the_part_is_named(
    backed_up: BackedUp, other: Place, tmp_path: Path, part: str
) -> None:
    here, damaged = copy_of(other, tmp_path / "here"), tmp_path / "damaged.tar"
    name = part.format(backed_up.video_id)
    content = bytearray(backed_up.file.read_bytes())
    content[content.index(name.encode()) + 512 + 20] ^= 1
    damaged.write_bytes(content)
    before = state_of(here)

    with pytest.raises(BackupDamaged, match=name):
        restore(here, damaged)

    assert state_of(here) == before


@pytest.mark.connected
def test_a_role_without_rights_is_told_so_and_nothing_is_changed(
    backed_up: BackedUp, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with new_database(postgres_server, "backup") as name:
        role = f"{name}_role"
        with psycopg.connect(postgres_server.url_of(name), autocommit=True) as owner:
            owner.execute(f"CREATE ROLE {role} LOGIN")
            try:
                url = postgres_server.url_of(name).replace("onwatch@", f"{role}@")
                urls = {f"ONWATCH_{service}_DATABASE_URL": url for service in ("CATALOG", "AGGREGATOR")}
                here = Place(tmp_path / "data", urls)
                with pytest.raises(BackupFailed, match=r"loading the catalog's tables: InsufficientPrivilege"):
                    restore(here, backed_up.file)
                assert list(here.media.iterdir()) == []
            finally:
                owner.execute(f"DROP ROLE {role}")


def test_on_a_full_disk_nothing_is_changed(
    backed_up: BackedUp, other: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = copy_of(other, tmp_path / "here")
    before = state_of(here)
    usage = shutil.disk_usage(tmp_path)

    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1 << 20))
    with pytest.raises(BackupFailed, match=r"needs about 0 MiB in .*; 1 MiB are free"):
        restore(here, backed_up.file)
    monkeypatch.undo()

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("onwatch.backup.staging.os.fsync", full)
    with pytest.raises(BackupFailed, match="the disk is full"):
        restore(here, backed_up.file)
    monkeypatch.undo()

    assert state_of(here) == before
    assert not (here.media / ".restore").exists()
    assert not list(here.data_dir.glob("*.restoring*"))


# --- killed ------------------------------------------------------------------------------------------


KILLED_AT = ("sql/aggregator/runs", "media/", "setting", "emptying", "replacing", "moving", "removing", "deleting")
"""Of the steps before the first change some, of the others all."""


def _crashes(here_again: Callable[[], Place], backup: Path) -> Iterator[tuple[Place, list[str]]]:
    """A place for every step at which a restore can be killed, and the steps that were begun."""
    for number in itertools.count():
        watch, here = Crashing(CrashAfter(number), of=KILLED_AT), here_again()
        try:
            restore(here, backup, watch)
        except Crash:
            yield here, watch.steps
        else:
            return


@pytest.mark.slow
def test_a_restore_that_is_killed_at_any_step_leaves_the_old_system_or_is_finished_by_the_next(
    backed_up: BackedUp, other: Place, tmp_path: Path
) -> None:
    numbers = itertools.count()
    before, wanted = state_of(other), state_of(backed_up.place)
    half_replaced_at = []
    for here, steps in _crashes(lambda: copy_of(other, tmp_path / str(next(numbers))), backed_up.file):
        if is_half_replaced(here.media):
            half_replaced_at.append(steps[-1])
            with pytest.raises(RestoreUnfinished, match="run `onwatch restore` with the same backup again"):
                MediaFolder(here.media).check()
        else:
            MediaFolder(here.media).check()
            assert state_of(here) == (wanted if steps[-1] == "deleting the former files" else before)
        restore(here, backed_up.file, may_replace=is_half_replaced(here.media) is False)
        assert state_of(here) == wanted
        assert sorted(path.name for path in here.media.iterdir()) == [backed_up.video_id]
    assert [step.split(" ")[0] for step in half_replaced_at] == [
        "emptying", "replacing", "replacing", "moving", "moving", "removing",
    ]  # fmt: skip


@pytest.mark.connected
def test_a_restore_on_two_databases_that_is_killed_between_them_is_finished_by_the_next(
    backed_up: BackedUp, other: Place, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with place("two postgresql", tmp_path / "data", lambda: postgres_server) as here:
        restore(here, backed_up.file)
        steps = Crashing(CrashAfter(3), of=("replacing", "moving"))
        with pytest.raises(Crash):
            restore(here, backed_up.file, steps)
        assert steps.steps[:3] == [
            "replacing the catalog's tables",
            "replacing the aggregator's tables",
            f"moving {backed_up.video_id} away",
        ]
        assert is_half_replaced(here.media)
        restore(here, backed_up.file, may_replace=False)
        assert state_of(here) == state_of(backed_up.place)


def test_a_failure_while_the_system_is_replaced_says_what_to_do(
    backed_up: BackedUp, other: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = copy_of(other, tmp_path / "here")

    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "analytics.db")

    monkeypatch.setattr("onwatch.backup.loading._replace", denied)
    with pytest.raises(BackupFailed, match=r"no permission .*half replaced and will not start: run `onwatch restore"):
        restore(here, backed_up.file)
    monkeypatch.undo()

    restore(here, backed_up.file, may_replace=False)
    assert state_of(here) == state_of(backed_up.place)
