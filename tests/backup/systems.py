"""Systems to back up and to restore: what is stored where, and everything that their API answers."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from onwatch.backup.stored_media import store_of
from onwatch.configuration import configure
from onwatch.doctor import Stores
from onwatch_media.stored import ObjectStore
from onwatch_testkit.fault_injector import CrashAfter
from onwatch_testkit.servers import PostgresServer
from onwatch_testkit.sql.databases import new_database
from onwatch_testkit.system import Site

KINDS = ("sqlite", "one postgresql", "two postgresql")
STORED = "sqlite with an object store"
PATIENCE_S = 60.0

OF_VIDEO = (
    "", "/metrics", "/vehicles", "/runs", "/results", "/site", "/zones", "/gates", "/movements", "/counts?interval=10s",
    "/crossings", "/flows", "/visits", "/recording", "/recount", "/detections", "/file", "/thumbnail", "/content",
    "/vehicles?format=csv",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a system stores: `environ` are its settings."""

    data_dir: Path
    environ: Mapping[str, str]

    @property
    def stores(self) -> Stores:
        configuration = configure(self.data_dir, environ={"ONWATCH_AUTH": "off", **self.environ})
        return Stores(configuration.catalog, configuration.aggregator, has_servers=False)

    @property
    def media(self) -> Path:
        return self.data_dir / "media"

    @property
    def store(self) -> ObjectStore:
        return store_of(self.stores.catalog, self.environ["ONWATCH_MEDIA_URL"])

    def files(self) -> dict[str, str]:
        """SHA-256 by path."""
        if "ONWATCH_MEDIA_URL" in self.environ:
            paths = [found.path for found in self.store.listed()]
            return {path: hashlib.sha256(self.store.content(path) or b"").hexdigest() for path in paths}
        return {
            path.relative_to(self.media).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.media.rglob("*"))
            if path.is_file()
        }


@dataclass(frozen=True)
class BackedUp:
    """A stopped system with one finished video, and its backup."""

    place: Place
    file: Path
    video_id: str


@contextmanager
def place(kind: str, data_dir: Path, server: Callable[[], PostgresServer]) -> Iterator[Place]:
    """An empty place of one of `KINDS`, or `STORED` in the object store that the environment names."""
    with ExitStack() as stack:
        environ = {}
        if kind == STORED:
            environ["ONWATCH_MEDIA_URL"] = f"s3://backups/{uuid4().hex}"
        elif kind != "sqlite":
            names = [stack.enter_context(new_database(server(), "backup")) for _ in range(1 + kind.startswith("two"))]
            environ["ONWATCH_CATALOG_DATABASE_URL"] = server().url_of(names[0])
            environ["ONWATCH_AGGREGATOR_DATABASE_URL"] = server().url_of(names[-1])
        yield Place(data_dir, environ)


async def answers(site: Site, video_ids: list[str]) -> dict[str, tuple[int, bytes]]:
    """Everything that can be read of these videos, byte for byte."""
    paths = [f"/api/videos/{video_id}{rest}" for video_id in video_ids for rest in OF_VIDEO]
    found = {}
    for path in (*paths, "/api/users", "/api/tokens", "/api/webhooks"):
        answer = await site.http.get(path)
        found[path] = answer.status_code, answer.content
    return found


async def analysed(site: Site, clip: Path, name: str) -> str:
    video_id = await site.upload(clip, name)
    await site.http.post(f"/api/videos/{video_id}/analysis")
    await site.until_status(video_id, "finished")
    await site.until_answer(f"/api/videos/{video_id}/recount", lambda recount: recount["state"] == "finished")
    return video_id


@dataclass
class Acting:
    """A `Watch` that does something in the event loop at the first step with a prefix."""

    at: Mapping[str, Callable[[], Awaitable[object]]]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    done: set[str] = field(default_factory=set)

    def expect(self, what: str, total_bytes: int) -> None:
        pass

    def step(self, what: str, size_bytes: int = 0) -> None:
        for prefix, action in self.at.items():
            if what.startswith(prefix) and prefix not in self.done:
                self.done.add(prefix)
                assert threading.current_thread() is not threading.main_thread()
                asyncio.run_coroutine_threadsafe(_run(action), self.loop).result(PATIENCE_S)


async def _run(action: Callable[[], Awaitable[object]]) -> None:
    await action()


@dataclass
class Crashing:
    """A `Watch` that ends the process, as it were, at the n-th step with one of these beginnings; else at any step."""

    life: CrashAfter
    of: tuple[str, ...] = ("",)
    steps: list[str] = field(default_factory=list)

    def expect(self, what: str, total_bytes: int) -> None:
        pass

    def step(self, what: str, size_bytes: int = 0) -> None:
        if what.startswith(self.of) and (not self.steps or self.steps[-1] != what):
            self.steps.append(what)
            self.life.step()
