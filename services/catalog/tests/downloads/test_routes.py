"""Videos by URL, over the built service and a real server: what arrives, and what is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.downloads import registry
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_testkit.video_source import HOST, Source, head

ALLOWED = (HOST,)


@pytest.fixture
def content(clip: Path) -> bytes:
    return clip.read_bytes()


async def started(stage: Any, url: str, query: str = "", **fields: str) -> str:
    answer = await stage.http.post(f"/api/downloads{query}", json={"url": url, **fields})
    assert answer.status_code == 202, answer.text
    address: str = answer.headers["location"]
    assert address == f"/api/downloads/{answer.json()['id']}"
    return address


async def ended(stage: Any, address: str) -> Any:
    while (found := (await stage.http.get(address)).json())["state"] not in ("finished", "failed"):  # noqa: ASYNC110 clients poll, too
        await asyncio.sleep(0.01)
    return found


async def fetched(stage: Any, url: str, **fields: str) -> Any:
    return await ended(stage, await started(stage, url, **fields))


async def refused(stage: Any, url: str) -> tuple[int, str, str]:
    """Status, code and detail of a download that failed, of which nothing is left."""
    found = await fetched(stage, url)
    assert (found["state"], found["video_id"]) == ("failed", None)
    assert stage.media_content() == []
    assert (await stage.http.get("/api/videos")).json()["items"] == []
    problem = found["problem"]
    return problem["status"], problem["code"], problem["detail"]


async def test_a_video_is_fetched(staging: Any, source: Source, content: bytes) -> None:
    source.gives("/clips/main%20street.mp4?key=1", content)
    async with staging(download_hosts=ALLOWED) as stage:
        found = await fetched(stage, source.url("/clips/main%20street.mp4?key=1"))

        assert (found["state"], found["problem"]) == ("finished", None)
        assert found["received_bytes"] == found["size_bytes"] == len(content)
        assert found["video_id"] == found["id"]
        video = (await stage.http.get(f"/api/videos/{found['video_id']}")).json()
        assert (video["name"], video["status"], video["size_bytes"]) == ("main street.mp4", "ready", len(content))
        assert (await stage.http.get(f"/api/videos/{found['video_id']}/content")).content == content
        assert isinstance(await stage.next_message(), VideoCreatedV1)
        assert (await stage.http.delete(f"/api/downloads/{found['id']}")).status_code == 204
        assert (await stage.http.get(f"/api/videos/{found['video_id']}")).status_code == 200, "the video stays"
    assert "cookie" not in source.requests[0][1]


async def test_it_gets_the_name_and_the_folder_of_the_request(staging: Any, source: Source, content: bytes) -> None:
    source.gives("/a.mp4", content)
    async with staging(download_hosts=ALLOWED) as stage:
        folder = (await stage.http.post("/api/folders", json={"name": "North"})).json()["id"]
        found = await ended(stage, await started(stage, source.url("/a.mp4"), f"?folder={folder}", name="Gate"))
        video = (await stage.http.get(f"/api/videos/{found['video_id']}")).json()
        assert video["name"] == "Gate"
        where = (await stage.http.get(f"/api/videos/{found['video_id']}/folder")).json()
        assert where["folder_id"] == folder
        unknown = await stage.http.post("/api/downloads?folder=nothing", json={"url": source.url("/a.mp4")})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "folder_not_found")


async def test_nothing_is_fetched_unless_hosts_are_listed(stage: Any, source: Source) -> None:
    answer = await stage.http.post("/api/downloads", json={"url": source.url("/a.mp4")})
    assert (answer.status_code, answer.json()["code"]) == (403, "downloads_off")
    assert source.requests == []


async def test_requests_that_cannot_be_met_are_refused_at_once(staging: Any, monkeypatch: Any) -> None:
    async with staging(download_hosts=ALLOWED) as stage:
        invalid = await stage.http.post("/api/downloads", json={"url": "ftp://127.0.0.1/a"})
        assert (invalid.status_code, invalid.json()["code"]) == (422, "invalid_download_url")
        name = await stage.http.post("/api/downloads", json={"url": "http://127.0.0.1/a", "name": " "})
        assert (name.status_code, name.json()["code"]) == (422, "invalid_name")
        monkeypatch.setattr(registry, "MAX_UNFINISHED", 0)
        many = await stage.http.post("/api/downloads", json={"url": "http://127.0.0.1/a"})
        assert (many.status_code, many.json()["code"]) == (429, "too_many_downloads")
        unknown = await stage.http.get("/api/downloads/d-1")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "download_not_found")


@pytest.mark.parametrize("host", ["127.0.0.2", "8.8.8.8", "localhost", "[::1]"])
async def test_a_host_that_is_not_listed_is_never_asked(staging: Any, source: Source, host: str) -> None:
    async with staging(download_hosts=("nvr.example",)) as stage:
        status, code, detail = await refused(stage, source.url("/a.mp4", host))
    assert (status, code) == (403, "download_host_not_allowed")
    assert "ONWATCH_CATALOG_DOWNLOAD_HOSTS" in detail
    assert source.requests == []


async def test_redirections_are_followed_to_allowed_hosts(staging: Any, source: Source, content: bytes) -> None:
    source.redirects("/0", "/1")
    source.redirects("/1", source.url("/a.mp4"))
    source.gives("/a.mp4", content)
    async with staging(download_hosts=ALLOWED) as stage:
        assert (await fetched(stage, source.url("/0")))["state"] == "finished"


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.2:{port}/a.mp4", "http://169.254.169.254/", "file:///etc/passwd", "http://u:p@127.0.0.1/"],
)
async def test_a_redirection_to_elsewhere_is_refused(staging: Any, source: Source, location: str) -> None:
    source.redirects("/0", location.format(port=source.port))
    async with staging(download_hosts=ALLOWED) as stage:
        assert (await refused(stage, source.url("/0")))[:2] == (502, "download_redirect_refused")
    assert [path for path, _ in source.requests] == ["/0"]


async def test_endless_redirections_end(staging: Any, source: Source) -> None:
    source.redirects("/0", "/0")
    async with staging(download_hosts=ALLOWED) as stage:
        _, code, detail = await refused(stage, source.url("/0"))
    assert (code, len(source.requests)) == ("download_redirect_refused", 6)
    assert "more than 5 times" in detail


async def test_an_endless_body_is_cut_at_the_limit(staging: Any, source: Source) -> None:
    async def endless(_: Source, writer: asyncio.StreamWriter, __: Any) -> None:
        writer.write(head("200 OK", {}))
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    source.answers["/a"] = endless
    async with staging(download_hosts=ALLOWED, max_upload_bytes=500_000) as stage:
        assert (await refused(stage, source.url("/a")))[:2] == (413, "upload_too_large")


async def test_a_declared_length_is_checked_first(staging: Any, source: Source) -> None:
    source.holds("/a", b"x" * 1000)
    async with staging(download_hosts=ALLOWED, max_upload_bytes=1000) as stage:
        assert (await refused(stage, source.url("/a")))[:2] == (413, "upload_too_large")
    async with staging(download_hosts=ALLOWED, storage_quota_bytes=1000) as stage:
        assert (await refused(stage, source.url("/a")))[:2] == (507, "storage_quota_exceeded")


async def test_the_quota_also_holds_for_an_unknown_length(staging: Any, source: Source) -> None:
    async def unknown(_: Source, writer: asyncio.StreamWriter, __: Any) -> None:
        writer.write(head("200 OK", {}) + b"x" * 2000)

    source.answers["/a"] = unknown
    async with staging(download_hosts=ALLOWED, storage_quota_bytes=1000) as stage:
        assert (await refused(stage, source.url("/a")))[:2] == (507, "storage_quota_exceeded")
        assert (await stage.http.get("/api/storage")).json()["used_bytes"] == 0


async def test_what_the_source_answers_instead_of_a_video_is_told(staging: Any, source: Source) -> None:
    source.gives("/missing", b"", "404 Not Found")
    source.gives("/page", b"<html>Log in</html>", content_type="text/html")
    source.gives("/empty", b"")
    source.gives("/packed", b"x", content_encoding="gzip")
    async with staging(download_hosts=ALLOWED) as stage:
        status, code, detail = await refused(stage, source.url("/missing"))
        assert (status, code) == (502, "download_failed")
        assert "the answer was 404" in detail
        assert (await refused(stage, source.url("/page")))[:2] == (422, "not_a_video")
        assert (await refused(stage, source.url("/empty")))[:2] == (422, "empty_file")
        assert "encoded as gzip" in (await refused(stage, source.url("/packed")))[2]


def cut(content: bytes, at_bytes: int, *, resumes: bool, changes: bool = False) -> Any:
    """Ends each connection after so many bytes; goes on where a range says, unless the file has changed."""

    async def answer(_: Source, writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        begin = int(headers.get("range", "bytes=0-")[6:-1])
        size_bytes = len(content) + (changes and begin > 0)
        told = {"content-length": str(size_bytes - begin), "etag": '"1"', "content-type": "video/mp4"}
        told |= {"accept-ranges": "bytes"} if resumes else {}
        told |= {"content-range": f"bytes {begin}-{size_bytes - 1}/{size_bytes}"} if begin else {}
        writer.write(head("206 Partial Content" if begin else "200 OK", told) + content[begin : begin + at_bytes])

    return answer


async def test_a_cut_connection_is_resumed(staging: Any, source: Source, content: bytes) -> None:
    part = len(content) // 3
    source.answers["/a.mp4"] = cut(content, part, resumes=True)
    async with staging(download_hosts=ALLOWED) as stage:
        found = await fetched(stage, source.url("/a.mp4"))
        assert found["state"] == "finished", found
        assert (await stage.http.get(f"/api/videos/{found['video_id']}/content")).content == content
    asked = [(headers.get("range"), headers.get("if-range")) for _, headers in source.requests]
    assert asked[:3] == [(None, None), (f"bytes={part}-", '"1"'), (f"bytes={2 * part}-", '"1"')]


@pytest.mark.parametrize(
    ("options", "requests", "says"),
    [
        ({"resumes": False}, 1, "cannot resume"),
        ({"resumes": True}, 4, "the connection failed"),
        ({"resumes": True, "changes": True}, 2, "does not go on from there"),
    ],
)
async def test_a_connection_that_is_cut_for_good_is_a_failure(
    staging: Any, source: Source, content: bytes, options: dict[str, bool], requests: int, says: str
) -> None:
    source.answers["/a.mp4"] = cut(content, 10, **options)
    async with staging(download_hosts=ALLOWED) as stage:
        status, code, detail = await refused(stage, source.url("/a.mp4"))
    assert (status, code, len(source.requests)) == (502, "download_failed", requests)
    assert says in detail


@pytest.mark.parametrize(
    ("limits", "says"),
    [({"download_idle_s": 0.2}, "nothing arrived for 0.2 s"), ({"download_total_s": 0.2}, "longer than 0.2 s")],
)
async def test_a_slow_source_is_given_up(staging: Any, source: Source, limits: dict[str, float], says: str) -> None:
    source.holds("/a", b"x")
    async with staging(download_hosts=ALLOWED, **limits) as stage:
        status, code, detail = await refused(stage, source.url("/a"))
    assert (status, code) == (504, "download_too_slow")
    assert says in detail


async def receiving(stage: Any, source: Source) -> str:
    """The address of a download of which a part has arrived."""
    source.holds("/a", b"x" * 1000)
    address = await started(stage, source.url("/a"))
    while (found := (await stage.http.get(address)).json())["received_bytes"] < 1000:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert (found["state"], found["size_bytes"]) == ("receiving", 1001)
    return address


async def test_a_folder_that_is_deleted_meanwhile_is_told(staging: Any, source: Source, content: bytes) -> None:
    is_deleted = asyncio.Event()

    async def answer(_: Source, writer: asyncio.StreamWriter, __: Any) -> None:
        writer.write(head("200 OK", {"content-length": str(len(content))}) + content[:1000])
        await is_deleted.wait()
        writer.write(content[1000:])

    source.answers["/a.mp4"] = answer
    async with staging(download_hosts=ALLOWED) as stage:
        folder = (await stage.http.post("/api/folders", json={"name": "North"})).json()["id"]
        address = await started(stage, source.url("/a.mp4"), f"?folder={folder}")
        assert (await stage.http.delete(f"/api/folders/{folder}")).status_code == 204
        is_deleted.set()
        problem = (await ended(stage, address))["problem"]
        assert (problem["status"], problem["code"]) == (404, "folder_not_found")
        assert stage.media_content() == []


async def test_a_cancelled_download_leaves_nothing(staging: Any, source: Source) -> None:
    async with staging(download_hosts=ALLOWED) as stage:
        address = await receiving(stage, source)
        assert (await stage.http.delete(address)).status_code == 204
        assert stage.media_content() == []
        assert (await stage.http.get(address)).status_code == 404
        assert (await stage.http.delete(address)).status_code == 404


async def test_the_end_of_the_catalog_leaves_nothing(staging: Any, source: Source) -> None:
    async with staging(download_hosts=ALLOWED) as stage:
        await receiving(stage, source)
    assert stage.media_content() == []


async def test_a_full_disk_is_told(staging: Any, source: Source, monkeypatch: Any) -> None:
    source.gives("/a", b"x" * 1000)
    monkeypatch.setattr("onwatch_catalog.media.files.free_bytes_of", lambda _: 0)
    async with staging(download_hosts=ALLOWED) as stage:
        assert (await refused(stage, source.url("/a")))[:2] == (507, "storage_full")
