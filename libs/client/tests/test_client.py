"""Both clients: they send the same requests, and read the same answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch_client import AsyncOnwatch, Onwatch, RequestRefused, Unreachable
from onwatch_contracts import samples
from onwatch_contracts.folders import Folder, FolderList, VideoFolder
from onwatch_contracts.http import Download, DownloadRequest, DownloadState, VideoPage, VideoPatch
from onwatch_contracts.values import Value

Answer = Callable[[httpx.Request], httpx.Response]
NO_CONTENT = httpx.Response(204)


async def both(answer: Answer, ask: Callable[[Any], Any]) -> Any:
    """What the client without asyncio returns, and the one for asyncio, too."""
    with Onwatch("http://onwatch", token="t", transport=httpx.MockTransport(answer)) as plain:
        found = ask(plain)
        found = list(found) if inspect.isgenerator(found) else found
    async with AsyncOnwatch("http://onwatch", token="t", transport=httpx.MockTransport(answer)) as client:
        asked = ask(client)
        also = [each async for each in asked] if inspect.isasyncgen(asked) else await asked
    assert found == also
    return found


def public(client: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}


def test_both_have_the_same_methods_and_parameters() -> None:
    assert public(AsyncOnwatch) - public(Onwatch) == {"watch"}
    assert public(Onwatch) <= public(AsyncOnwatch)
    for name in public(Onwatch):
        plain, other = (inspect.signature(getattr(each, name)) for each in (Onwatch, AsyncOnwatch))
        assert plain.parameters.keys() == other.parameters.keys(), name


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda onwatch: onwatch.delete("a"), "DELETE /api/videos/a"),
        (lambda onwatch: onwatch.start_analysis("a"), "POST /api/videos/a/analysis"),
        (lambda onwatch: onwatch.cancel_analysis("a"), "DELETE /api/videos/a/analysis"),
        (lambda onwatch: onwatch.copy_site("a", from_video_id="b"), "POST /api/videos/a/site/copy"),
        (lambda onwatch: onwatch.cancel_download("d"), "DELETE /api/downloads/d"),
        (lambda onwatch: onwatch.delete_folder("f"), "DELETE /api/folders/f"),
        (lambda onwatch: onwatch.move(["a", "b"], "f"), "PUT /api/folders/f/videos"),
        (lambda onwatch: onwatch.move(["a"], None), "PUT /api/folders/none/videos"),
        (lambda onwatch: onwatch.delete_alert_rule("a", "r"), "DELETE /api/videos/a/alert-rules/r"),
        (lambda onwatch: onwatch.vehicles_csv("a"), "GET /api/videos/a/vehicles?format=csv"),
        (lambda onwatch: onwatch.evidence_csv("a"), "GET /api/videos/a/evidence?format=csv"),
        (lambda onwatch: onwatch.counts_csv("a", interval="1h"), "GET /api/videos/a/counts?interval=1h&format=csv"),
    ],
)
async def test_a_request_is_sent_with_the_token(ask: Callable[[Any], Any], expected: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=b"text")

    await both(answer, ask)
    assert [f"{each.method} {each.url.raw_path.decode()}" for each in sent] == [expected] * 2
    assert {each.headers["authorization"] for each in sent} == {"Bearer t"}


async def test_all_pages_are_listed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_last = request.url.params.get("cursor") == "next"
        page = VideoPage(items=(samples.VIDEO,), next_cursor=None if is_last else "next")
        return httpx.Response(200, content=page.model_dump_json())

    assert await both(answer, lambda onwatch: onwatch.videos()) == [samples.VIDEO] * 2


async def test_a_video_is_fetched_by_its_address_and_followed() -> None:
    download = Download(
        id="d",
        state=DownloadState.WAITING,
        name="a.mp4",
        received_bytes=0,
        size_bytes=None,
        video_id=None,
        problem=None,
    )
    sent: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((f"{request.method} {request.url.raw_path.decode()}", request.content))
        return httpx.Response(202, content=download.model_dump_json())

    assert await both(answer, lambda onwatch: onwatch.fetch("https://nvr/a.mp4", folder_id="f")) == download
    assert await both(answer, lambda onwatch: onwatch.download("d")) == download
    assert [address for address, _ in sent[1:3]] == ["POST /api/downloads?folder=f", "GET /api/downloads/d"]
    assert DownloadRequest.model_validate_json(sent[0][1]) == DownloadRequest(url="https://nvr/a.mp4")


async def test_folders_are_read_added_and_renamed() -> None:
    folder = Folder(id="f", name="North", created_at=samples.VIDEO.created_at, videos_count=2)
    for expected, body, ask in (
        ("GET /api/folders", FolderList(items=(folder,)), lambda onwatch: onwatch.folders()),
        ("POST /api/folders", folder, lambda onwatch: onwatch.add_folder("North")),
        ("PATCH /api/folders/f", folder, lambda onwatch: onwatch.rename_folder("f", "North")),
        ("GET /api/videos/a/folder", VideoFolder(folder_id="f"), lambda onwatch: onwatch.folder_of("a")),
    ):
        sent: list[str] = []

        def answer(request: httpx.Request, sent: list[str] = sent, body: Value = body) -> httpx.Response:
            sent.append(f"{request.method} {request.url.path}")
            return httpx.Response(200, content=body.model_dump_json())

        assert await both(answer, ask) in (folder, (folder,), "f")
        assert sent == [expected] * 2


async def test_videos_are_listed_and_uploaded_in_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "street.mp4"
    file.write_bytes(b"pictures")
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.raw_path.decode())
        page = VideoPage(items=(samples.VIDEO,), next_cursor=None)
        return httpx.Response(200, content=(page if request.method == "GET" else samples.VIDEO).model_dump_json())

    with Onwatch("http://onwatch", transport=httpx.MockTransport(answer)) as onwatch:
        assert list(onwatch.videos(folder_id="f")) == [samples.VIDEO]
        assert onwatch.upload(file, folder_id="f") == samples.VIDEO
    assert sent == ["/api/videos?limit=100&folder=f", "/api/videos?folder=f"]


async def test_a_file_is_uploaded_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "street.mp4"
    file.write_bytes(b"pictures")
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read() if isinstance(request.stream, httpx.SyncByteStream) else b"")
        return httpx.Response(201, content=samples.VIDEO.model_dump_json())

    with Onwatch("http://onwatch", transport=httpx.MockTransport(answer)) as onwatch:
        assert onwatch.upload(file, name="Main street") == samples.VIDEO
    assert b'filename="street.mp4"' in bodies[0]
    assert b"pictures" in bodies[0]
    assert b"Main street" in bodies[0]


async def test_an_edit_returns_the_video() -> None:
    edited = samples.VIDEO.model_dump_json()
    assert (
        await both(
            lambda _: httpx.Response(200, content=edited), lambda onwatch: onwatch.edit("a", VideoPatch(name="b"))
        )
        == samples.VIDEO
    )


async def test_a_refusal_is_raised_with_its_reason() -> None:
    problem = {"title": "Not allowed", "status": 403, "detail": "To delete a video needs the role administrator."}
    refused = httpx.Response(403, json={**problem, "code": "not_allowed"})
    with pytest.raises(RequestRefused, match="needs the role administrator") as raised:
        await both(lambda _: refused, lambda onwatch: onwatch.delete("a"))
    assert raised.value.problem.code == "not_allowed"


async def test_no_answer_names_the_address() -> None:
    def lose(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match="http://onwatch does not answer: refused"):
        await both(lose, lambda onwatch: onwatch.video("a"))
    async with AsyncOnwatch("http://onwatch", transport=httpx.MockTransport(lose)) as onwatch:
        with pytest.raises(Unreachable, match="refused"):
            await onwatch.video("a")
