"""What only an object store can do to a file: parts that are lost, overlap or come late, and a store that is away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.errors import ObjectStoreUnavailable, StoreUnavailable
from onwatch_catalog.media import StoredFiles
from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_media.stored import object_store as store_module
from onwatch_testkit.servers import HOST, SeaweedServer
from onwatch_testkit.tcp_proxy import TcpProxy

from .conftest import content_of, stored_files
from .test_files import CONTENT, names_in, write_partial

Open = Callable[[], StoredFiles]


def part(offset: int) -> str:
    return f"v/parts/{offset:020}"


def test_a_lost_part_ends_what_has_arrived_and_is_sent_again(open_memory: Open) -> None:
    write_partial(open_memory(), "v")
    open_memory().store.delete([part(20)])
    assert open_memory().received_bytes("v") == 20

    with closing(open_memory().append("v")) as file:
        file.write(CONTENT[20:])

    assert content_of(open_memory().partial("v")) == CONTENT


def test_parts_of_two_writers_may_overlap(open_memory: Open) -> None:
    """Both got the same file: a client that lost its connection went on with another process."""
    files = open_memory()
    files.begin("v").close()
    for begin, end in ((0, 10), (4, 8), (7, 30), (30, 47), (10, 20)):
        files.store.put(part(begin), CONTENT[begin:end])

    assert files.received_bytes("v") == 47
    files.finalize("v", "mp4", b"", b"")
    assert content_of(files.content("v/source.mp4")) == CONTENT


def test_of_two_writers_at_one_place_one_is_told(open_memory: Open) -> None:
    open_memory().begin("v").close()
    first, second = open_memory().append("v"), open_memory().append("v")
    first.write(CONTENT[:10])

    with pytest.raises(FileExistsError):
        second.write(CONTENT[:5] + b"other bytes")
    second.close()  # and writes nothing behind the gap that it would leave
    first.write(CONTENT[10:])
    first.close()

    assert content_of(open_memory().partial("v")) == CONTENT


def test_a_part_whose_confirmation_was_lost_is_no_other_writer(open_memory: Open) -> None:
    files = open_memory()
    files.begin("v").close()
    files.store.put(part(0), CONTENT[:10])
    with closing(files._writer("v", 0)) as file:
        file.write(CONTENT)
    assert files.received_bytes("v") == len(CONTENT)


class Ended(Exception):
    """As if the process ended here."""


STEPS = ("put", "put_all", "delete")


@pytest.mark.parametrize("crash", range(4))
def test_completing_is_repeated_after_a_crash_at_any_step(
    open_memory: Open, monkeypatch: pytest.MonkeyPatch, crash: int
) -> None:
    """Thumbnail, clock, file, and the deletion of the parts."""
    write_partial(open_memory(), "v")
    calls: Iterator[int] = iter(range(100))
    with monkeypatch.context() as patched:
        for name in STEPS:
            method = getattr(ObjectStore, name)

            def crashing(*arguments: Any, method: Any = method) -> Any:
                if next(calls) == crash:
                    raise Ended
                return method(*arguments)

            patched.setattr(ObjectStore, name, crashing)
        with pytest.raises(Ended):
            open_memory().finalize("v", "mp4", b"jpeg", b"clock")

    assert open_memory().received_bytes("v") == len(CONTENT)
    assert content_of(open_memory().partial("v")) == CONTENT
    open_memory().finalize("v", "mp4", b"jpeg", b"clock")
    assert content_of(open_memory().content("v/source.mp4")) == CONTENT
    assert names_in(open_memory()) == {"v": ("source.clock", "source.mp4", "thumbnail.jpg")}


def test_a_complete_file_counts_whatever_parts_are_left(open_memory: Open) -> None:
    write_partial(open_memory(), "v")
    open_memory().store.put_all("v/source.mp4", iter([CONTENT]), len(CONTENT))
    open_memory().store.delete([part(0)])

    assert open_memory().received_bytes("v") == len(CONTENT)
    open_memory().finalize("v", "mp4", b"jpeg", b"clock")
    assert content_of(open_memory().content("v/source.mp4")) == CONTENT


# --- S3 behind a proxy ---------------------------------------------------------------------------


@pytest.fixture
async def proxy(seaweed_server: SeaweedServer) -> AsyncIterator[TcpProxy]:
    seaweed_server.make_bucket("catalog")
    async with TcpProxy(seaweed_server.port) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(
    proxy: TcpProxy, seaweed_server: SeaweedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StoredFiles:
    """Requests are repeated for 0.3 s."""
    for name, value in seaweed_server.environment_for(proxy.port).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(store_module, "RETRY_S", 0.3)
    cache = BlockCache(tmp_path, 64, block_bytes=16)
    url = f"s3://catalog/{tmp_path.name}"
    return stored_files(ObjectStore.of(url, cache, ObjectStoreUnavailable), tmp_path)


async def test_a_store_that_is_away_is_a_problem_for_now_and_loses_nothing(
    proxy: TcpProxy, behind_proxy: StoredFiles
) -> None:
    files = behind_proxy
    await asyncio.to_thread(write_partial, files, "v", CONTENT[:30])
    await proxy.cut()

    for call in (
        files.check,
        lambda: files.received_bytes("v"),
        lambda: files.append("v"),
        lambda: files.begin("w"),
        lambda: files.finalize("v", "mp4", b"", b""),
        lambda: files.content("v/source.mp4"),
        lambda: files.remove("v"),
        lambda: files.entries(0),
    ):
        with pytest.raises(OSError, match="store of the videos is not reached") as told:
            await asyncio.to_thread(call)
        assert isinstance(told.value, StoreUnavailable)
        assert (told.value.status, told.value.code) == (503, "store_unavailable")

    await proxy.repair()
    assert await asyncio.to_thread(files.received_bytes, "v") == 30
    await asyncio.to_thread(files.check)


async def test_a_cut_while_a_file_arrives_keeps_what_was_stored(proxy: TcpProxy, behind_proxy: StoredFiles) -> None:
    files = behind_proxy
    file = await asyncio.to_thread(files.begin, "v")
    await asyncio.to_thread(file.write, CONTENT[:25])  # two parts, and five bytes that wait
    await proxy.cut()
    with pytest.raises(ObjectStoreUnavailable):
        await asyncio.to_thread(file.close)

    await proxy.repair()
    assert await asyncio.to_thread(files.received_bytes, "v") == 20
    more = await asyncio.to_thread(files.append, "v")
    await asyncio.to_thread(more.write, CONTENT[20:])
    await asyncio.to_thread(more.close)
    assert await asyncio.to_thread(lambda: content_of(files.partial("v"))) == CONTENT


async def test_a_connection_that_breaks_is_made_again(proxy: TcpProxy, behind_proxy: StoredFiles) -> None:
    files = behind_proxy
    await asyncio.to_thread(write_partial, files, "v")
    made = proxy.connections_made
    proxy.reset()

    await asyncio.to_thread(files.finalize, "v", "mp4", b"jpeg", b"clock")

    assert proxy.connections_made > made
    assert await asyncio.to_thread(lambda: content_of(files.content("v/source.mp4"))) == CONTENT


@pytest.mark.parametrize("answers", [2, 10_000])
def test_an_answer_of_503_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int) -> None:
    """For a while: then the store is away."""
    asked: list[str] = []

    class Busy(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(503 if len(asked) <= answers else 200)
            self.send_header("content-length", "7")
            self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Not on the screen."""

    with ThreadingHTTPServer((HOST, 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, value in SeaweedServer.environment_at(server.server_port).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(store_module, "RETRY_S", 60.0 if answers == 2 else 0.3)
        cache = BlockCache(tmp_path, 64, block_bytes=16)
        files = stored_files(ObjectStore.of("s3://videos", cache, ObjectStoreUnavailable), tmp_path)
        if answers == 2:
            content = files.content("v/source.mp4")
            assert content is not None
            assert (content.size_bytes, len(asked)) == (7, 3)
        else:
            with pytest.raises(ObjectStoreUnavailable, match="503"):
                files.content("v/source.mp4")
            assert len(asked) > 1
        server.shutdown()


async def test_a_slow_store_is_slow_and_no_more(proxy: TcpProxy, behind_proxy: StoredFiles) -> None:
    files = behind_proxy
    proxy.to_client.bytes_per_s = 20_000
    await asyncio.to_thread(write_partial, files, "v")
    await asyncio.to_thread(files.finalize, "v", "mp4", b"jpeg", b"clock")
    assert await asyncio.to_thread(lambda: content_of(files.content("v/source.mp4"))) == CONTENT
