"""The whole system with its videos in an object store, on a real S3 server."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, fleet_on

from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_testkit.api_client import assert_true, rows_of, until, upload, watching, write_short_clip
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, SeaweedServer
from onwatch_testkit.system import Site, running_site

TUS = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}


@pytest.fixture
def store(seaweed_server: SeaweedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """Its place of this test, which the environment gives access to."""
    seaweed_server.make_bucket("videos")
    for name, value in seaweed_server.environment_for().items():
        monkeypatch.setenv(name, value)
    cache = BlockCache(tmp_path / "cache of the test", 1 << 20)
    return ObjectStore.of(url_of(tmp_path), cache, lambda error: AssertionError(str(error)))


@pytest.fixture
def content(clip: Path) -> bytes:
    return clip.read_bytes()


def url_of(tmp_path: Path) -> str:
    return f"s3://videos/{tmp_path.name}"


async def objects_in(store: ObjectStore) -> list[str]:
    return await asyncio.to_thread(lambda: sorted(found.path for found in store.listed()))


async def test_a_stored_video_is_counted_played_and_deleted_without_a_rest(
    clip: Path, content: bytes, clock: FakeClock, store: ObjectStore, tmp_path: Path
) -> None:
    async with running_site(tmp_path / "data", clock, ONWATCH_MEDIA_URL=url_of(tmp_path)) as site:
        video_id = await site.upload(clip)
        expected = [f"{video_id}/{name}" for name in ("source.clock", "source.mp4", "thumbnail.jpg")]
        assert await objects_in(store) == expected

        await analyzed(site, video_id)
        for given, status, part in (
            ({}, 200, content),
            ({"range": "bytes=100-199"}, 206, content[100:200]),
            ({"range": "bytes=-50"}, 206, content[-50:]),
        ):
            answer = await site.http.get(f"/api/videos/{video_id}/content", headers=given)
            assert (answer.status_code, answer.content) == (status, part)
        for picture in ("thumbnail", "picture?at_s=1.5"):
            answer = await site.http.get(f"/api/videos/{video_id}/{picture}")
            assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8")

        assert (await site.http.delete(f"/api/videos/{video_id}")).status_code == 204
        assert await objects_in(store) == []
        assert not (tmp_path / "data" / "media").exists()


async def test_a_public_store_gives_videos_itself_for_some_minutes(
    clip: Path, content: bytes, clock: FakeClock, store: ObjectStore, seaweed_server: SeaweedServer, tmp_path: Path
) -> None:
    environ = {
        "ONWATCH_MEDIA_URL": url_of(tmp_path),
        "ONWATCH_MEDIA_PUBLIC_URL": seaweed_server.url,
        "ONWATCH_CATALOG_MEDIA_PRESIGNED_S": "60",
    }
    async with running_site(tmp_path / "data", clock, **environ) as site, httpx.AsyncClient(timeout=60) as browser:
        video_id = await site.upload(clip, "a name, and ü.mp4")
        sent = await site.http.get(f"/api/videos/{video_id}/content", headers={"range": "bytes=5-"})
        url = sent.headers["location"]
        assert (sent.status_code, sent.headers["cache-control"]) == (307, "no-store")
        assert url.startswith(f"{seaweed_server.url}/videos/")
        assert "X-Amz-Expires=60&" in url
        for given, status, part in (
            ({}, 200, content),
            ({"range": "bytes=100-199"}, 206, content[100:200]),
            ({"range": "bytes=-50"}, 206, content[-50:]),
            ({"range": f"bytes={len(content)}-"}, 416, None),
        ):
            answer = await browser.get(url, headers=given)
            assert (answer.status_code, answer.content if part is not None else None) == (status, part)
        whole = await browser.get(url)
        assert whole.headers["content-type"] == "video/mp4"
        assert whole.headers["content-disposition"] == "inline; filename*=utf-8''a%20name%2C%20and%20%C3%BC.mp4"

        assert (await browser.get(url.replace("Signature=", "Signature=0"))).status_code == 403
        assert (await browser.get(url.partition("?")[0])).status_code == 403

        policy = (await site.http.get("/")).headers["content-security-policy"]
        assert f"media-src 'self' {seaweed_server.url}" in policy
        assert (await site.http.get("/api/videos/none/content")).status_code == 404
        picture = await site.http.get(f"/api/videos/{video_id}/thumbnail")
        assert (picture.status_code, picture.content[:2]) == (200, b"\xff\xd8")


async def analyzed(site: Site, video_id: str) -> None:
    assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    await site.until_status(video_id, "finished")
    metrics = await site.get(f"/api/videos/{video_id}/metrics")
    assert metrics["total_vehicles_count"] == 3


async def test_an_upload_goes_on_with_the_next_catalog(
    content: bytes, clock: FakeClock, store: ObjectStore, tmp_path: Path
) -> None:
    """Which has another data folder of files, as on another node; the database is the same."""
    url, cut = url_of(tmp_path), len(content) // 2
    async with running_site(tmp_path / "data", clock, ONWATCH_MEDIA_URL=url) as site:
        headers = {"tus-resumable": "1.0.0", "upload-length": str(len(content))}
        metadata = {"upload-metadata": f"filename {b64encode(b'three.mp4').decode()}"}
        created = await site.http.post("/api/uploads", headers=headers | metadata)
        assert created.status_code == 201, created.text
        location = created.headers["location"]
        sent = await site.http.patch(location, headers=TUS | {"upload-offset": "0"}, content=content[:cut])
        assert sent.headers["upload-offset"] == str(cut)

    other = tmp_path / "cache of another node"
    async with running_site(
        tmp_path / "data", clock, ONWATCH_MEDIA_URL=url, ONWATCH_CATALOG_MEDIA_CACHE_DIR=str(other)
    ) as site:
        assert (await site.http.head(location)).headers.get("upload-offset", str(cut)) == str(cut)
        sent = await site.http.patch(location, headers=TUS | {"upload-offset": str(cut)}, content=content[cut:])
        assert sent.status_code == 204, sent.text
        await site.until_answer(location, lambda upload: upload["state"] == "finished")
        video_id = location.rpartition("/")[2]
        assert (await site.http.get(f"/api/videos/{video_id}/content")).content == content
        assert not [path for path in await objects_in(store) if "/parts/" in path]


async def test_stored_recordings_are_joined_and_replaced(
    clip: Path, clock: FakeClock, store: ObjectStore, tmp_path: Path
) -> None:
    async with running_site(tmp_path / "data", clock, ONWATCH_MEDIA_URL=url_of(tmp_path)) as site:
        originals = [await site.upload(clip) for _ in range(2)]
        started = await site.http.post("/api/joins", json={"video_ids": originals, "delete_originals": True})
        assert started.status_code == 202, started.text
        joining = f"/api/joins/{started.json()['id']}"
        join = await site.until_answer(joining, lambda join: join["state"] in ("finished", "failed"))
        (joined,) = join["joined"]
        video_id = joined["video_id"]
        video = await site.get(f"/api/videos/{video_id}")
        answer = await site.http.get(f"/api/videos/{video_id}/content")
        assert (len(answer.content), video["duration_s"]) == (video["size_bytes"], pytest.approx(6.0, abs=0.1))
        assert {path.partition("/")[0] for path in await objects_in(store)} == {video_id}
        assert len(await objects_in(store)) == 3
        assert not list((tmp_path / "data" / "media-cache" / "joins").iterdir())


async def test_a_store_that_is_not_reached_is_told_and_fails_no_video(
    clip: Path, clock: FakeClock, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_site(tmp_path / "data", clock, ONWATCH_MEDIA_URL=url_of(tmp_path)) as site:
        video_id = await site.upload(clip)

        def size_bytes(self: ObjectStore, path: str) -> int:
            raise self.unavailable(OSError("refused"))

        with monkeypatch.context() as patched:
            patched.setattr(ObjectStore, "size_bytes", size_bytes)
            answer = await site.http.get(f"/api/videos/{video_id}/content")
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
            await site.clock.advance(10)
            video = await site.get(f"/api/videos/{video_id}")
            assert video["status"] != "failed"
        await analyzed(site, video_id)


# --- several processes ---------------------------------------------------------------------------


@pytest.fixture
def fleet(
    rabbit_server: RabbitServer,
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    store: ObjectStore,  # its environment
    tmp_path: Path,
) -> Iterator[Fleet]:
    database = f"stored_{os.getpid()}_{tmp_path.name.replace('-', '_')}".lower()[:60]
    unused = tmp_path / "no media"
    with fleet_on(rabbit_server, redis_server, postgres_server, tmp_path, database, unused) as fleet:
        fleet.environ |= {
            "ONWATCH_MEDIA_URL": url_of(tmp_path),
            "ONWATCH_CATALOG_MEDIA_CACHE_DIR": str(tmp_path / "cache"),
        }
        yield fleet
    assert not unused.exists()


@pytest.mark.connected
@pytest.mark.slow
async def test_a_detector_that_is_killed_while_it_reads_from_the_store_changes_no_row(
    fleet: Fleet, store: ObjectStore, tmp_path: Path
) -> None:
    clip = tmp_path / "short.mp4"
    await asyncio.to_thread(write_short_clip, clip)
    for service in ("dashboard", "gateway", "detector", "aggregator", "catalog"):
        fleet.start(f"{service}-1")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        gateway = fleet.url("gateway-1")
        one, other = await upload(http, gateway, clip), await upload(http, gateway, clip)
        async with watching(gateway, one) as viewer:
            await until(lambda: viewer.has_frames(20), "frames", lambda: fleet.log_of("detector-1"))
            fleet.kill("detector-1")
            fleet.start("detector-1")
            await until(viewer.has_ended, "the end", lambda: fleet.log_of("detector-1"))
        async with watching(gateway, other) as viewer:
            await until(viewer.has_ended, "the end of the other", lambda: fleet.log_of("detector-1"))
        rows = await rows_of(http, gateway, one)
        assert rows == await rows_of(http, gateway, other)
        assert_true(rows)
        for video_id in (one, other):
            assert (await http.delete(f"{gateway}/api/videos/{video_id}")).status_code == 204
        assert await objects_in(store) == []
