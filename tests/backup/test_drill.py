"""The drill: a backup of a busy system, everything destroyed, and the same system again."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from backup.systems import KINDS, STORED, Acting, Place, analysed, answers, place

from onwatch.backup.manifest import Manifest
from onwatch.backup.progress import Unwatched
from onwatch.backup.restoring import Restore
from onwatch.backup.writing import backup_to_file
from onwatch.doctor.examination import examine
from onwatch_catalog.backup import RESTORED
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.clock import FakeClock, flowing
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.system import Site, running_site, truth

pytestmark = pytest.mark.slow

TUS = {"tus-resumable": "1.0.0"}
A_DAY_LATER = FakeClock().now() + timedelta(days=1)

WAYS = [
    *((kind, kind) for kind in (*KINDS, STORED)),
    ("sqlite", "one postgresql"),
    ("two postgresql", "sqlite"),
    (STORED, "sqlite"),
    ("sqlite", STORED),
]
"""From where, to where."""


def way(given: tuple[str, str]) -> Any:
    marks = [pytest.mark.connected] if "postgresql" in "".join(given) else []
    return pytest.param(*given, marks=marks, id=" to ".join(given))


async def unfinished_upload(site: Site, content: bytes) -> str:
    """The path of an upload of which half has arrived."""
    created = await site.http.post("/api/uploads", headers=TUS | {"upload-length": str(len(content))})
    assert created.status_code == 201, created.text
    upload = str(httpx.URL(created.headers["location"]).path)
    headers = TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    half = await site.http.patch(upload, headers=headers, content=content[: len(content) // 2])
    assert half.status_code == 204, half.text
    return upload


async def backup_of_a_busy_system(site: Site, place: Place, clip: Path, target: Path) -> tuple[Manifest, list[str]]:
    """Of five videos: two finished, one in analysis, one deleted and one uploaded during the backup.

    Returns what is in the backup, and the ids of the finished videos and of the one in analysis.
    """
    first, second, deleted = [await analysed(site, clip, name) for name in ("first", "second", "deleted")]
    streaming = await site.upload(clip, "streaming")
    await site.http.post(f"/api/videos/{streaming}/analysis")
    await site.until_status(streaming, "streaming")
    await unfinished_upload(site, await asyncio.to_thread(clip.read_bytes))
    await site.http.post("/api/users", json={"name": "Ada", "role": "operator", "password": "correct horse battery"})
    for _ in range(2):
        await site.clock.advance(0.25)

    async def change() -> None:
        """Between the snapshots and the files."""
        assert (await site.http.delete(f"/api/videos/{deleted}")).status_code == 204
        await site.upload(clip, "too late")
        async with flowing(site.clock):
            await asyncio.sleep(0)

    manifest = (
        await asyncio.to_thread(backup_to_file, place.stores, target, SystemClock(), Acting({"media/": change}))
    )[1]
    assert manifest.deleted == (deleted,)
    assert (manifest.videos_count, manifest.missing) == (3, ())
    return manifest, [first, second, streaming]


@pytest.mark.parametrize(("old", "new"), [way(given) for given in WAYS])
async def test_a_restored_system_answers_as_before(
    old: str, new: str, tmp_path: Path, clip: Path, request: pytest.FixtureRequest
) -> None:
    if STORED in (old, new):
        request.getfixturevalue("store_environment")

    def server() -> Any:
        return request.getfixturevalue("postgres_server")

    target = tmp_path / "backup.tar"
    with place(old, tmp_path / "old", server) as there:
        async with running_site(there.data_dir, FakeClock(), **there.environ) as site:
            _, (first, second, streaming) = await backup_of_a_busy_system(site, there, clip, target)
            expected = await answers(site, [first, second])
            assert {path: got for path, got in expected.items() if got[0] != 200} == {}
            files = {path: sha256 for path, sha256 in there.files().items() if path.split("/")[0] in (first, second)}
            content = await site.http.get(f"/api/videos/{streaming}/content")

    with place(new, tmp_path / "new", server) as here:
        clock = FakeClock(A_DAY_LATER)  # of both: what is older than a video's status does not change it
        restore = Restore(here.stores, target, clock, Unwatched())
        await asyncio.to_thread(restore.run, lambda *_: False)

        restored_files = here.files()
        assert files.items() <= restored_files.items()
        assert {path.split("/")[0] for path in restored_files} == {first, second, streaming}
        assert await examine(here.stores, min_age_s=0, settle_s=0) == ()

        ids = counting_ids("new")
        async with running_site(here.data_dir, clock, ids=ids, **here.environ) as site:
            assert await answers(site, [first, second]) == expected
            listed = await site.get("/api/videos")
            assert [video["id"] for video in listed["items"]] == [streaming, second, first]
            stopped = await site.get(f"/api/videos/{streaming}")
            assert stopped["status_reason"] in (RESTORED, None)
            assert (await site.http.get(f"/api/videos/{streaming}/content")).content == content.content

            await site.until_status(streaming, "finished")  # its analysis was requested before the backup
            vehicles = await site.get(f"/api/videos/{streaming}/vehicles")
            found = sorted((vehicle["entered_at_s"], vehicle["vehicle_type"]) for vehicle in vehicles["items"])
            assert found == sorted((visit.entered_at_s, visit.vehicle_type) for visit in truth())
            audit = await site.get("/api/audit")
            assert [entry["name"] for entry in audit["items"] if entry["action"] == "restore a backup"] == [
                "onwatch restore"
            ]


async def test_a_backup_of_a_restored_system_has_the_same_rows(tmp_path: Path, clip: Path) -> None:
    """Nothing is lost or changed on the way through a file, however often."""
    manifests, folder = [], tmp_path / "0"
    async with running_site(folder, FakeClock()) as site:
        await analysed(site, clip, "once")
    for number in itertools.count(1):
        here = Place(folder, {})
        backup = tmp_path / f"{number}.tar"
        manifests.append((await asyncio.to_thread(backup_to_file, here.stores, backup, SystemClock(), Unwatched()))[1])
        if number == 3:
            break
        folder = tmp_path / str(number)
        restore = Restore(Place(folder, {}).stores, backup, SystemClock(), Unwatched())
        await asyncio.to_thread(restore.run, lambda *_: False)

    def parts(manifest: Manifest) -> dict[str, str]:
        return {part.name: part.sha256 for part in manifest.parts if part.name.split("/")[0] in ("sql", "media")}

    first, second, third = (parts(manifest) for manifest in manifests)
    log = "sql/catalog/audit_log/000001.copy.gz"  # each restore adds a row
    assert {name: sha256 for name, sha256 in second.items() if name != log} == {
        name: sha256 for name, sha256 in first.items() if name != log
    }
    assert second.keys() == third.keys()
    assert second[log] != third[log]
