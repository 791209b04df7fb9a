"""Two catalogs on one PostgreSQL and one media folder: a client may reach any of them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch_catalog.processes.membership import Processes
from onwatch_catalog.service import build
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.messages import Message, RunFailedV1, VideoCreatedV1, VideoDeletedV1
from onwatch_runtime.bus import PrivateQueue, Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import new_id
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.mqtt import observed
from onwatch_testkit.servers import MosquittoServer
from onwatch_testkit.video_source import HOST, Source, serving

pytestmark = pytest.mark.connected

TUS = {"tus-resumable": "1.0.0"}
PART = TUS | {"content-type": "application/offset+octet-stream"}
FORM = {"content-type": "multipart/form-data; boundary=b"}
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
PATIENCE_S = 60.0


@dataclass
class Catalog:
    http: httpx.AsyncClient
    media: Path

    async def upload(self, path: Path) -> str:
        content = await asyncio.to_thread(path.read_bytes)
        answer = await self.http.post("/api/videos", files={"file": (path.name, content, "video/mp4")})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def begin(self, size_bytes: int) -> str:
        name = f"filename {base64.b64encode(b'street.mp4').decode()}"
        headers = TUS | {"upload-length": str(size_bytes), "upload-metadata": name}
        answer = await self.http.post("/api/uploads", headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    async def append(self, upload: str, offset: int, part: bytes | AsyncIterator[bytes]) -> httpx.Response:
        return await self.http.patch(upload, headers=PART | {"upload-offset": str(offset)}, content=part)

    async def get(self, path: str) -> Any:
        return (await self.http.get(path)).json()


@dataclass
class Pair:
    """Catalogs, and what they publish."""

    settings: dict[str, Any]
    bus: MemoryBus
    received: asyncio.Queue[Message]

    @asynccontextmanager
    async def catalog(self, clock: Clock | None = None, **settings: Any) -> AsyncIterator[Catalog]:
        loaded = CatalogSettings.load(None, {}, **{**self.settings, **settings})
        service = build(loaded, bus=self.bus, inspector=InlineInspector(), clock=clock or SystemClock())
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        async with service.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            yield Catalog(client, loaded.media)

    @asynccontextmanager
    async def both(self, **settings: Any) -> AsyncIterator[tuple[Catalog, Catalog]]:
        """Started at once."""
        async with AsyncExitStack() as stack:
            contexts = [self.catalog(**settings) for _ in range(2)]
            started = await asyncio.gather(*(context.__aenter__() for context in contexts))
            for context in contexts:
                stack.push_async_exit(context)
            yield started[0], started[1]


@pytest.fixture
async def pair(postgres: CatalogSettings, tmp_path: Path, memory_bus: MemoryBus) -> AsyncIterator[Pair]:
    """On empty tables."""
    received: asyncio.Queue[Message] = asyncio.Queue()
    consumer = await memory_bus.subscribe(PrivateQueue("test", (VideoCreatedV1, VideoDeletedV1)), received.put)
    settings = {"data_dir": tmp_path, "auth": "off", "database_url": postgres.database}
    yield Pair(settings, memory_bus, received)
    await consumer.close()


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    async with serving() as source:
        yield source


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await found():  # noqa: ASYNC110 clients poll, too
            await asyncio.sleep(0.02)


def held_back(content: bytes) -> tuple[AsyncIterator[bytes], asyncio.Event, asyncio.Event]:
    """A body that pauses after `content`: an event when that has arrived, and one that lets it go on."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield content
        yield b""
        arrived.set()
        await go_on.wait()
        yield b"never to be written"

    return body(), arrived, go_on


async def test_both_start_at_once_on_empty_tables_and_add_one_administrator(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    async with pair.both(auth="on"):
        pass
    assert sum("its password, shown only this once" in record.message for record in caplog.records) == 1


async def test_messages_of_both_are_sent_once_and_in_the_order_of_a_video(pair: Pair, clip: Path) -> None:
    async with pair.both() as catalogs:

        async def add_and_delete(number: int) -> None:
            video_id = await catalogs[number % 2].upload(clip)
            answer = await catalogs[(number + 1) % 2].http.delete(f"/api/videos/{video_id}")
            assert answer.status_code == 204

        await asyncio.gather(*(add_and_delete(number) for number in range(6)))
        async with asyncio.timeout(PATIENCE_S):
            messages = [await pair.received.get() for _ in range(12)]
    assert pair.received.empty()
    by_video: dict[str, list[type[Message]]] = {}
    for message in messages:
        by_video.setdefault(message.video_id, []).append(type(message))
    assert list(by_video.values()) == [[VideoCreatedV1, VideoDeletedV1]] * 6


async def test_an_upload_is_continued_and_checked_at_the_other(pair: Pair, clip: Path) -> None:
    content = await asyncio.to_thread(clip.read_bytes)
    async with pair.both() as (first, second):
        upload = await first.begin(len(content))
        assert (await first.append(upload, 0, content[:700])).status_code == 204
        assert (await second.get(upload))["received_bytes"] == 700
        assert (await second.append(upload, 700, content[700:])).status_code == 204

        async def is_finished() -> bool:
            return bool((await first.get(upload))["state"] == "finished")

        await until(is_finished)
        video = await first.get(f"/api/videos/{upload.rpartition('/')[2]}")
        assert await asyncio.to_thread((first.media / video["file_path"]).read_bytes) == content


async def test_a_part_sent_to_the_other_stops_the_one_in_progress(pair: Pair, clip: Path) -> None:
    content = await asyncio.to_thread(clip.read_bytes)
    async with pair.both() as (first, second):
        upload = await first.begin(len(content))
        body, arrived, go_on = held_back(content[:500])
        lost = asyncio.create_task(first.append(upload, 0, body))
        await arrived.wait()

        rest = await second.append(upload, 500, content[500:])  # returns when the first one has let go
        assert rest.status_code == 204, rest.text
        assert (await lost).json()["code"] == "upload_interrupted"
        go_on.set()

        async def is_finished() -> bool:
            return bool((await first.get(upload))["state"] == "finished")

        await until(is_finished)
        path = (await first.get(f"/api/videos/{upload.rpartition('/')[2]}"))["file_path"]
        assert await asyncio.to_thread((first.media / path).read_bytes) == content


async def test_parts_sent_to_both_at_once_are_not_mixed(pair: Pair) -> None:
    part_bytes = 200_000

    async def body(of: bytes) -> AsyncIterator[bytes]:
        for _ in range(20):
            yield of * (part_bytes // 20)
            await asyncio.sleep(0)

    async with pair.both() as (first, second):
        upload = await first.begin(2 * part_bytes)
        answers = await asyncio.gather(first.append(upload, 0, body(b"a")), second.append(upload, 0, body(b"b")))
        assert 204 in [answer.status_code for answer in answers] or all(answer.is_client_error for answer in answers)
        (partial,) = first.media.glob("*/*")
        written = await asyncio.to_thread(partial.read_bytes)
        assert (await second.get(upload))["received_bytes"] == len(written)
        assert set(written) in ({ord("a")}, {ord("b")}, set())


async def test_what_one_refused_the_other_says_why_and_forgets(pair: Pair) -> None:
    async with pair.both() as (first, second):
        upload = await first.begin(9)
        await first.append(upload, 0, b"no video!")

        async def is_refused() -> bool:
            return bool((await second.get(upload))["state"] == "refused")

        await until(is_refused)
        assert (await second.get(upload))["problem"]["code"] == "not_a_video"
        assert (await second.http.delete(upload, headers=TUS)).status_code == 204
        assert (await first.http.get(upload)).status_code == 404


async def test_a_start_and_a_deletion_leave_the_upload_of_another_alone(pair: Pair, clip: Path) -> None:
    content = await asyncio.to_thread(clip.read_bytes)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield HEAD + content[:500]
        yield b""
        arrived.set()
        await go_on.wait()
        yield content[500:] + b"\r\n--b--\r\n"

    async with pair.catalog() as first:
        sending = asyncio.create_task(first.http.post("/api/videos", headers=FORM, content=body()))
        await arrived.wait()
        async with pair.catalog() as second:
            other = await second.upload(clip)
            assert (await first.http.delete(f"/api/videos/{other}")).status_code == 204
            go_on.set()
            answer = await sending
            assert answer.status_code == 201, answer.text
            shown = await second.http.get(f"/api/videos/{answer.json()['id']}/content")
            assert shown.content == content


async def test_a_download_is_seen_and_cancelled_from_the_other(pair: Pair, clip: Path, source: Source) -> None:
    content = await asyncio.to_thread(clip.read_bytes)
    source.holds("/held.mp4", content[:500])
    source.gives("/whole.mp4", content)
    async with pair.both(download_hosts=(HOST,)) as (first, second):
        started = await first.http.post("/api/downloads", json={"url": source.url("/held.mp4")})
        held = started.headers["location"]

        async def has_received() -> bool:
            return bool((await second.get(held))["received_bytes"] == 500)

        await until(has_received)
        assert (await second.http.delete(held)).status_code == 204
        assert [(await each.http.get(held)).status_code for each in (first, second)] == [404, 404]
        assert list(first.media.iterdir()) == []

        started = await first.http.post("/api/downloads", json={"url": source.url("/whole.mp4")})

        async def is_finished() -> bool:
            return bool((await second.get(started.headers["location"]))["state"] == "finished")

        await until(is_finished)


async def test_a_join_is_seen_from_the_other(pair: Pair, clip: Path) -> None:
    async with pair.both() as (first, second):
        videos = [await first.upload(clip), await second.upload(clip)]
        started = await first.http.post("/api/joins", json={"video_ids": videos})
        assert started.status_code == 202, started.text
        join = started.headers["location"]
        assert (await second.get(join))["video_ids"] == videos

        async def is_over() -> bool:
            return (await second.get(join))["state"] in ("finished", "failed")

        await until(is_over)
        assert await second.get(join) == await first.get(join)
        assert (await second.http.delete(join)).status_code == 204
        assert (await first.http.get(join)).status_code == 404


async def test_one_publishes_by_mqtt_what_happens_at_any_and_the_other_goes_on(
    pair: Pair, clip: Path, mosquitto_server: MosquittoServer
) -> None:
    settings: dict[str, Any] = {"mqtt_url": f"mqtt://{HOST}:{mosquitto_server.port}", "mqtt_prefix": "two"}
    publisher = Publisher(pair.bus, SystemClock(), new_id)
    async with observed(mosquitto_server.port) as broker, AsyncExitStack() as stack:
        first = pair.catalog(**settings)
        await first.__aenter__()
        second = await stack.enter_async_context(pair.catalog(**settings))
        videos = [await second.upload(clip) for _ in range(2)]
        await broker.until(lambda topics: topics.get(f"two/{videos[1]}/state") == "ready", "the new videos")
        await publisher.publish(RunFailedV1, video_id=videos[0], run_id=None, code="c", reason="No model.")
        await broker.until(lambda topics: topics[f"two/{videos[0]}/state"] == "failed", "what any of both has handled")

        await first.__aexit__(None, None, None)
        await publisher.publish(RunFailedV1, video_id=videos[1], run_id=None, code="c", reason="No model.")
        await broker.until(
            lambda topics: topics[f"two/{videos[1]}/state"] == "failed" and topics["two/status"] == "online",
            "what happens after the first one has ended",
        )


async def test_guesses_at_both_count_together(pair: Pair, clock: FakeClock) -> None:
    async with pair.both(clock=clock, auth="on", admin_password="correct horse battery") as catalogs:
        guess = {"name": "admin", "password": "wrong horse battery"}
        answers = [await catalogs[number % 2].http.post("/api/session", json=guess) for number in range(6)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429, 429]


async def test_the_quota_holds_for_both_together(pair: Pair, clip: Path) -> None:
    content = await asyncio.to_thread(clip.read_bytes)
    async with pair.both(storage_quota_bytes=3 * len(content)) as (first, second):
        answers = await asyncio.gather(*(each.http.post(
            "/api/uploads", headers=TUS | {"upload-length": str(2 * len(content))}
        ) for each in (first, second)))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [201, 507]


async def test_what_a_killed_one_left_is_deleted_by_the_one_that_takes_over(
    pair: Pair, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The killed one is silent: it neither beats nor leaves, and its upload stands still."""
    content = await asyncio.to_thread(clip.read_bytes)
    body, arrived, go_on = held_back(HEAD + content[:500])
    monkeypatch.setattr("onwatch_catalog.processes.membership.BEAT_S", 0.05)
    started: list[Processes] = []
    join, beat = Processes.join, Processes.beat

    async def noted_join(processes: Processes) -> None:
        started.append(processes)
        await join(processes)

    async def beat_unless_first(processes: Processes) -> None:
        if processes is not started[0] or len(started) == 1:
            await beat(processes)

    monkeypatch.setattr(Processes, "join", noted_join)
    monkeypatch.setattr(Processes, "beat", beat_unless_first)
    async with pair.catalog() as first:
        sending = asyncio.create_task(first.http.post("/api/videos", headers=FORM, content=body))
        await arrived.wait()
        (folder,) = first.media.iterdir()
        async with pair.catalog():

            async def is_gone() -> bool:
                return not folder.exists()

            await until(is_gone)
        go_on.set()
        assert (await sending).status_code >= 400
        assert list(first.media.iterdir()) == []
