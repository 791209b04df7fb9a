"""A gateway on the memory bus, between fake services, in the test's own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from onwatch_contracts.channel import FrameHeader, encode_frame
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.service import Upstreams, build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus import PrivateQueue, Publisher
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_runtime.process.service import Service
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.websocket import Viewer, connect


@dataclass
class FakeCatalog:
    """Answers for the videos it is given; `hold` may delay or break an answer."""

    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    hold: Callable[[str], Awaitable[None]] | None = None

    def add(self, video_id: str, status: str = "ready", **more: Any) -> None:
        self.videos[video_id] = {"id": video_id, "status": status, **more}

    @property
    def app(self) -> ASGIApp:
        return Starlette(routes=[Route("/api/videos/{video_id}", self._video)])

    async def _video(self, request: Request) -> Response:
        video_id = request.path_params["video_id"]
        if self.hold:
            await self.hold(video_id)
        video = self.videos.get(video_id)
        return JSONResponse(video) if video else JSONResponse({"title": "Not found"}, 404)


@dataclass
class Stage:
    """What a test of the gateway sees and moves."""

    service: Service
    bus: MemoryBus
    clock: FakeClock
    catalog: FakeCatalog
    publisher: Publisher
    demand: list[Message] = field(default_factory=list)

    def viewer(self, **headers: str) -> AbstractAsyncContextManager[Viewer]:
        return connect(self.service.app, "/ws", headers.items())

    async def publish(self, message_class: type[Message], video_id: str, **fields: Any) -> None:
        """Publish and wait until the gateway has handled it and sent what follows from it."""
        await self.publisher.publish(message_class, video_id=video_id, **fields)
        await self.settle()

    async def frame(self, video_id: str, number: int = 0) -> bytes:
        body = encode_frame(FrameHeader(video_id=video_id, run_id="run", frame_number=number, timestamp_s=0.0), b"jpeg")
        await self.bus.publish_frame(video_id, body)
        await settle()
        return body

    async def settle(self) -> None:
        await settle()
        await self.bus.settle()
        await settle()

    def count(self, what: str) -> float:
        value = self.service.registry.get_sample_value(f"onwatch_gateway_{what}")
        assert value is not None, f"nothing is counted as {what}"
        return value


OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def open_stage(memory_bus: MemoryBus, clock: FakeClock, ids: NewId) -> OpenStage:
    """A running gateway with videos `a` and `b`; arguments are settings, and a bus of one's own."""

    @asynccontextmanager
    async def open_it(bus: MemoryBus = memory_bus, **settings: Any) -> AsyncIterator[Stage]:
        catalog = FakeCatalog()
        catalog.add("a")
        catalog.add("b")
        other = PlainTextResponse("somebody else")
        service = build(
            GatewaySettings(**settings),
            bus=bus,
            upstreams=Upstreams(catalog.app, other, other),
            clock=clock,
            new_id=ids,
        )
        stage = Stage(service, bus, clock, catalog, Publisher(bus, clock, ids))

        async def hear(message: Message) -> None:
            stage.demand.append(message)

        await bus.subscribe(PrivateQueue("test", (DemandWantedV1, DemandReleasedV1)), hear)
        async with service.lifespan():
            yield stage

    return open_it


@pytest.fixture
def instruments() -> Instruments:
    return Instruments(CollectorRegistry())
