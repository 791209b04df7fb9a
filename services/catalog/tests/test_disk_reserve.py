from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.disk_reserve import (
    FILE,
    FULL_BYTES,
    RESERVE_BYTES,
    STEP_BYTES,
    DiskFull,
    DiskReserve,
    check_disk,
    measured_free_bytes,
)
from onwatch_catalog.errors import StoreFull
from onwatch_testkit.clock import FakeClock

PLENTY = 10 * RESERVE_BYTES


class Disk:
    """A disk of which a test sets the free space."""

    def __init__(self, free_bytes: int) -> None:
        self.free_bytes = free_bytes

    def __call__(self, folder: Path) -> int:
        return self.free_bytes


def size_of(folder: Path) -> int:
    return (folder / FILE).stat().st_size if (folder / FILE).exists() else 0


def test_the_reserve_is_filled_up_while_there_is_space(tmp_path: Path, clock: FakeClock) -> None:
    disk = Disk(PLENTY)
    reserve = DiskReserve(tmp_path, clock, disk)
    reserve.fill()
    assert size_of(tmp_path) == RESERVE_BYTES

    disk.free_bytes = 0
    assert reserve.release()
    reserve.fill()
    assert size_of(tmp_path) == RESERVE_BYTES - STEP_BYTES

    disk.free_bytes = PLENTY
    reserve.fill()
    assert size_of(tmp_path) == RESERVE_BYTES


def test_the_reserve_itself_does_not_fill_the_disk(tmp_path: Path, clock: FakeClock) -> None:
    DiskReserve(tmp_path, clock, Disk(RESERVE_BYTES + FULL_BYTES - 1)).fill()
    assert size_of(tmp_path) == 0


def test_nothing_is_released_of_a_disk_that_is_not_full(tmp_path: Path, clock: FakeClock) -> None:
    reserve = DiskReserve(tmp_path, clock, Disk(PLENTY))
    reserve.fill()
    assert not reserve.release()
    assert size_of(tmp_path) == RESERVE_BYTES


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path, clock: FakeClock) -> None:
    DiskReserve(tmp_path / "missing", clock, Disk(PLENTY)).fill()
    DiskReserve(None, clock).fill()
    assert not DiskReserve(None, clock).release()


class Work:
    """Fails a number of times."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error = failures, error

    async def __call__(self) -> str:
        if self.failures:
            self.failures -= 1
            raise self.error
        return "done"


async def test_work_is_repeated_with_more_and_more_of_the_reserve(tmp_path: Path, clock: FakeClock) -> None:
    disk = Disk(PLENTY)
    reserve = DiskReserve(tmp_path, clock, disk)
    reserve.fill()
    disk.free_bytes = 0

    assert await reserve.available_to(Work(3, StoreFull(OSError()))) == "done"
    assert size_of(tmp_path) == RESERVE_BYTES - 3 * STEP_BYTES
    with pytest.raises(StoreFull):
        await reserve.available_to(Work(100, StoreFull(OSError())))
    assert size_of(tmp_path) == 0


async def test_a_failure_for_another_reason_takes_nothing_of_the_reserve(tmp_path: Path, clock: FakeClock) -> None:
    reserve = DiskReserve(tmp_path, clock, Disk(PLENTY))
    reserve.fill()
    with pytest.raises(StoreFull):
        await reserve.available_to(Work(1, StoreFull(OSError())))
    assert size_of(tmp_path) == RESERVE_BYTES


def test_a_disk_with_little_space_is_full(tmp_path: Path) -> None:
    check_disk(tmp_path, Disk(FULL_BYTES))
    with pytest.raises(DiskFull, match=r"^disk full: 5 bytes free in .*; delete videos"):
        check_disk(tmp_path, Disk(5))


# --- on a real file system of 20 MB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The test's folder, mounted as a small disk."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root of Linux can mount a file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", tmp_path], capture_output=True, check=False, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def fill_up(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size_bytes in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size_bytes))
            except OSError:
                continue
    return filler


async def until_reserved(stage: Any) -> None:
    for _ in range(1000):
        if size_of(stage.folder) == RESERVE_BYTES:
            return
        await stage.clock.advance(30)
    pytest.fail("the reserve is not filled up")


async def test_on_a_full_disk_videos_can_be_deleted_and_every_answer_says_so(
    small_disk: Path, staging: Any, clip: Path
) -> None:
    async with staging() as stage:
        kept, *others = [await stage.add(clip) for _ in range(4)]
        await until_reserved(stage)
        filler = fill_up(small_disk)

        refused = [
            await stage.http.patch(f"/api/videos/{kept}", json={"name": "x" * 200, "roi": [[0, 0], [1, 0], [0, 1]]}),
            await stage.http.post(f"/api/videos/{kept}/analysis"),
            await stage.upload(clip),
        ]
        for answer in refused:
            assert answer.status_code == 507, answer.text
            assert "disk is full" in answer.json()["detail"]
            assert "SQL" not in answer.text
            assert "INSERT" not in answer.text
        with pytest.raises(DiskFull):
            await stage.service.conditions["disk"]()
        for video_id in others:
            assert (await stage.http.delete(f"/api/videos/{video_id}")).status_code == 204
            fill_up(small_disk)
        assert [video["id"] for video in (await stage.http.get("/api/videos")).json()["items"]] == [kept]

    async with staging() as stage:  # also after a restart on the full disk
        fill_up(small_disk)
        assert (await stage.http.delete(f"/api/videos/{kept}")).status_code == 204
        filler.unlink()
        await stage.service.conditions["disk"]()
        await until_reserved(stage)
        assert (await stage.upload(clip)).status_code == 201


def test_a_folder_that_is_not_there_has_no_measure(tmp_path: Path):
    assert isnan(measured_free_bytes(tmp_path / "media"))
    assert measured_free_bytes(tmp_path) > 0
