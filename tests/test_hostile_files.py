"""Files that crash or hang the decoder, against the running system: they cost their run, and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.configuration import configure
from onwatch_contracts.messages import Message, RunFailedV1, VideoPersistedV1
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.read import SERVING, DecoderLimits, SandboxedDecoder
from onwatch_media.sandbox import ProcessStarter
from onwatch_runtime.bus import PrivateQueue
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.system import write_clip

pytestmark = pytest.mark.slow

WAIT_S = 60.0
LONG_STALL_S = 600.0
REQUESTS = 20


@dataclass
class Decoders:
    """Opens decoders as the detector does, and sends a signal to those of a hostile file, as what it does to them."""

    starter: ProcessStarter
    limits: DecoderLimits = field(default_factory=DecoderLimits)
    hostile: dict[str, signal.Signals] = field(default_factory=dict)
    """By the id of the video."""
    struck_pids: list[int] = field(default_factory=list)

    def opener(self) -> Callable[[Path, float | None, IsUnwanted], SandboxedDecoder]:
        def open_decoder(path: Path, counted_rate: float | None, is_unwanted: IsUnwanted) -> SandboxedDecoder:
            decoder = SandboxedDecoder(self.starter, self.limits, path, counted_rate, is_unwanted)
            if sent := self.hostile.get(path.parent.name):
                os.kill(decoder.pid, sent)
                self.struck_pids.append(decoder.pid)
            return decoder

        return open_decoder


@dataclass
class Hostility:
    """The system in one process, on the real clock, and what its runs end with."""

    onwatch: Onwatch
    http: httpx.AsyncClient
    decoders: Decoders
    ends: asyncio.Queue[Message]
    consumer: Any

    async def upload(self, clip: Path) -> str:
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post("/api/videos", files={"file": (clip.name, content, "video/mp4")}, timeout=WAIT_S)
        video_id: str = answer.raise_for_status().json()["id"]
        await self.consumer.bind(video_id)
        return video_id

    async def analyse(self, video_id: str) -> None:
        (await self.http.post(f"/api/videos/{video_id}/analysis")).raise_for_status()

    async def end_of(self, video_id: str) -> Message:
        async with asyncio.timeout(WAIT_S):
            while (end := await self.ends.get()).video_id != video_id:
                pass
        return end


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "three.mp4"
    write_clip(path)
    return path


@asynccontextmanager
async def hostility(data_dir: Path, stall_s: float) -> AsyncIterator[Hostility]:
    starter = ProcessStarter(SERVING)
    decoders = Decoders(starter, DecoderLimits(stall_s=stall_s))
    configuration = configure(data_dir, environ={"ONWATCH_AUTH": "off", "ONWATCH_CATALOG_ANALYSIS_PARALLEL": "2"})
    onwatch = build(configuration, open_engine=BlobEngine, open_decoder=decoders.opener())
    ends: asyncio.Queue[Message] = asyncio.Queue()
    try:
        async with onwatch.running(), client_of(onwatch.app) as http:
            queue = PrivateQueue("ends", (RunFailedV1, VideoPersistedV1), per_video=True)
            consumer = await onwatch.bus.subscribe(queue, ends.put)
            yield Hostility(onwatch, http, decoders, ends, consumer)
            await consumer.close()
    finally:
        starter.close()


def state_of(pid: int) -> str | None:
    """As /proc has it: T is stopped, Z has ended and nobody asked how; None: there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


async def test_a_crash_fails_its_run_with_words_and_the_next_run_of_the_file_is_as_any(
    clip: Path, tmp_path: Path
) -> None:
    async with hostility(tmp_path, LONG_STALL_S) as system:
        video_id = await system.upload(clip)
        system.decoders.hostile[video_id] = signal.SIGSEGV
        await system.analyse(video_id)
        failed = await system.end_of(video_id)
        assert isinstance(failed, RunFailedV1)
        assert failed.code == "video_unreadable"
        assert failed.reason.endswith("cannot be read: its decoder crashed (SIGSEGV)")
        del system.decoders.hostile[video_id]
        await system.analyse(video_id)
        assert isinstance(await system.end_of(video_id), VideoPersistedV1)
        metrics = (await system.http.get(f"/api/videos/{video_id}/metrics")).json()
        assert metrics["total_vehicles_count"] == 3


async def test_a_decoder_that_hangs_is_ended_in_time_and_fails_its_run_with_words(clip: Path, tmp_path: Path) -> None:
    async with hostility(tmp_path, stall_s=0.5) as system:
        video_id = await system.upload(clip)
        system.decoders.hostile[video_id] = signal.SIGSTOP
        await system.analyse(video_id)
        failed = await system.end_of(video_id)
        assert isinstance(failed, RunFailedV1)
        assert failed.reason.endswith("its decoder gave nothing for 0.5 s, and was ended")


async def test_a_decoder_that_hangs_disturbs_nobody(clip: Path, tmp_path: Path) -> None:
    """While it hangs, another video is counted and the list is answered; a system that stops does not wait for it."""
    async with hostility(tmp_path, LONG_STALL_S) as system:
        hanging, other = await system.upload(clip), await system.upload(clip)
        system.decoders.hostile[hanging] = signal.SIGSTOP
        await system.analyse(hanging)
        async with asyncio.timeout(WAIT_S):
            while not system.decoders.struck_pids:  # noqa: ASYNC110 a thread of the detector appends
                await asyncio.sleep(0.01)
        await system.analyse(other)
        for _ in range(REQUESTS):
            assert (await system.http.get("/api/videos")).status_code == 200
        assert isinstance(await system.end_of(other), VideoPersistedV1)
        (pid,) = system.decoders.struck_pids
        assert state_of(pid) == "T", "it still hangs"
    assert state_of(pid) in (None, "Z"), "it has ended with the system"
