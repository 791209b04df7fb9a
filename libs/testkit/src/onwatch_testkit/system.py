"""The whole system in one process, on a fake clock, with an engine that detects the vehicles of its clip exactly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.analyze import Result
from onwatch.configuration import configure
from onwatch_contracts.channel import decode_frame
from onwatch_contracts.http import Vehicle, VehicleList, VideoMetrics
from onwatch_contracts.values import Coverage, ExitReason, VehicleType
from onwatch_runtime.ids import NewId
from onwatch_testkit.blob_engine import BlobEngine, Drive, write_blob_clip
from onwatch_testkit.clock import REAL_PATIENCE_S, FakeClock, flowing, until
from onwatch_testkit.executors import InlineExecutor
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.websocket import Viewer

ROI = [[0.0, 0.2], [1.0, 0.2], [1.0, 0.8], [0.0, 0.8]]
FRAMES, FRAMES_PER_SECOND = 75, 25
WIDTH, HEIGHT = 160, 120
DRIVES = (
    Drive(VehicleType.CAR, left=20, first_frame=0, pixels_per_frame=5),
    Drive(VehicleType.TRUCK, left=70, first_frame=12, pixels_per_frame=4, width=26, height=34),
    Drive(VehicleType.BUS, left=115, first_frame=25, pixels_per_frame=6, width=28, height=40),
)


@dataclass(frozen=True)
class TrueVisit:
    """The expected visit: first and last frame with the box's centre inside the ROI."""

    vehicle_type: str
    entered_at_s: float
    left_at_s: float


def truth() -> list[TrueVisit]:
    """The expected visits, from geometry alone, without the detector."""
    visits = []
    for drive in DRIVES:
        inside = [
            number
            for number in range(FRAMES)
            if (box := drive.box_at(number)) is not None
            and box[3] > 0
            and 0.2 * HEIGHT <= (max(0, box[1]) + min(HEIGHT, box[3])) / 2 <= 0.8 * HEIGHT
        ]
        visits.append(TrueVisit(drive.vehicle_type, inside[0] / FRAMES_PER_SECOND, inside[-1] / FRAMES_PER_SECOND))
    return visits


def write_clip(path: Path) -> None:
    """Write a clip of three seconds in which a car, a truck and a bus drive down the picture."""
    write_blob_clip(path, DRIVES, frames=FRAMES, frames_per_second=FRAMES_PER_SECOND, width=WIDTH, height=HEIGHT)


@dataclass
class Site:
    """A running system, and a client of its gateway."""

    onwatch: Onwatch
    clock: FakeClock
    http: httpx.AsyncClient
    engine: BlobEngine
    data_dir: Path

    async def upload(self, clip: Path, name: str = "three") -> str:
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post(
            "/api/videos", files={"file": (clip.name, content, "video/mp4")}, data={"name": name}
        )
        assert answer.status_code == 201, answer.text
        video_id: str = answer.json()["id"]
        patched = await self.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "anchor": "center"})
        assert patched.status_code == 200, patched.text
        return video_id

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, condition: Callable[[], bool], what: str, *, limit_s: float = 120.0) -> None:
        await until(self.clock, condition, what, limit_s=limit_s)

    async def until_answer(self, path: str, condition: Callable[[Any], bool], *, limit_s: float = 120.0) -> Any:
        """The first answer that meets the condition."""
        end, real_end = self.clock.monotonic() + limit_s, time.monotonic() + REAL_PATIENCE_S
        while not condition(answer := await self.get(path)):
            is_late = self.clock.monotonic() >= end and time.monotonic() >= real_end
            assert not is_late, f"not within {limit_s:g} s; {path} is {answer}"
            await self.clock.advance(0.05)
        return answer

    async def until_status(self, video_id: str, status: str) -> None:
        await self.until_answer(f"/api/videos/{video_id}", lambda video: video["status"] == status)

    def metric(self, service: str, name: str) -> float:
        """The value of a service's metric, as Prometheus reads it."""
        value = getattr(self.onwatch, service).registry.get_sample_value(name)
        assert value is not None, name
        return float(value)


PATIENT_GATEWAY = {"ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S": "60"}
"""Settings of a gateway that shares its process, which a busy machine may keep from answering for longer than 2 s."""


@asynccontextmanager
async def running_site(
    data_dir: Path, clock: FakeClock, *, ids: NewId | None = None, **environ: str
) -> AsyncIterator[Site]:
    engine = BlobEngine()
    onwatch = build(
        configure(data_dir, environ={"ONWATCH_AUTH": "off", **PATIENT_GATEWAY, **environ}),
        clock=clock,
        new_id=ids or counting_ids(),
        open_engine=lambda: engine,
        new_thread=InlineExecutor,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(onwatch.running())
        http = await stack.enter_async_context(client_of(onwatch.app))
        try:
            yield Site(onwatch, clock, http, engine, data_dir)
        finally:
            async with flowing(clock):
                await stack.aclose()


@dataclass
class RecordingViewer:
    """A viewer's connection, and everything received so far."""

    viewer: Viewer
    texts: list[dict[str, Any]] = field(default_factory=list)
    frames: list[tuple[str, int]] = field(default_factory=list)
    order: list[tuple[str, str]] = field(default_factory=list)
    """Everything received, in order: (message type or `frame`, video id)."""

    def read(self) -> RecordingViewer:
        """Record what has arrived since the last call."""
        for received in self.viewer.received():
            if isinstance(received, bytes):
                header, jpeg = decode_frame(received)
                assert jpeg[:2] == b"\xff\xd8", "not a JPEG"
                self.frames.append((header.video_id, header.frame_number))
                self.order.append(("frame", header.video_id))
            else:
                self.texts.append(received)
                self.order.append((received["type"], received.get("video_id", "")))
        return self

    async def send(self, kind: str, video_id: str) -> None:
        await self.viewer.send({"type": kind, "video_id": video_id})

    def states(self) -> list[str]:
        return [text["state"] for text in self.read().texts if text["type"] == "state"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [text for text in self.read().texts if text["type"] == kind]


def result_of(*vehicles: tuple[VehicleType, float]) -> Result:
    """The result of an analysis that found these types, entering at these times, each for a second."""
    visits = tuple(
        Vehicle(
            vehicle_id=number,
            visit_no=1,
            zone_id="roi",
            vehicle_type=kind,
            entered_at_s=entered_at_s,
            left_at_s=entered_at_s + 1,
            vehicle_dwell_time_s=1.0,
            exit_reason=ExitReason.LEFT,
            born_inside=False,
        )
        for number, (kind, entered_at_s) in enumerate(vehicles, start=1)
    )
    metrics = VideoMetrics(
        video_id="v",
        run_id="r",
        source="sql",
        state="finished",
        coverage=Coverage(analysed_s=3.0, duration_s=3.0, fraction=1.0),
        analysed_fps=25.0,
        detector_model="blobs",
        suggested_engine=None,
        started_at=None,
        finished_at=None,
        total_vehicles_count=len(visits),
        visits_count=len(visits),
    )
    return Result(metrics, VehicleList(video_id="v", run_id="r", source="sql", items=visits))
