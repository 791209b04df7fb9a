"""A gateway on the memory bus, in front of fake services, in the test's own event loop."""

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
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_runtime.process import Service
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.websocket import Viewer, connect


@dataclass
class FakeCatalog:
    """A catalog with the videos that a test adds; `hold` may delay or break a response."""

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
class RunningGateway:
    """A gateway, and what a test needs to drive and observe it."""

    service: Service
    bus: MemoryBus
    clock: FakeClock
    catalog: FakeCatalog
    publisher: Publisher
    demand: list[Message] = field(default_factory=list)

    def viewer(self, **headers: str) -> AbstractAsyncContextManager[Viewer]:
        return connect(self.service.app, "/ws", headers.items())

    async def publish(self, message_class: type[Message], video_id: str, **fields: Any) -> None:
        """Publish, and wait until the gateway has handled the message and sent the results."""
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

    def metric(self, name: str) -> float:
        value = self.service.registry.get_sample_value(f"onwatch_gateway_{name}")
        assert value is not None, f"there is no metric {name}"
        return value


OpenGateway = Callable[..., AbstractAsyncContextManager[RunningGateway]]


@pytest.fixture
def open_gateway(memory_bus: MemoryBus, clock: FakeClock, ids: NewId) -> OpenGateway:
    """Opens gateways with videos `a` and `b`; arguments are settings, and another bus."""

    @asynccontextmanager
    async def open_it(bus: MemoryBus = memory_bus, **settings: Any) -> AsyncIterator[RunningGateway]:
        catalog = FakeCatalog()
        catalog.add("a")
        catalog.add("b")
        other = PlainTextResponse("another service")
        service = build(
            GatewaySettings(**settings),
            bus=bus,
            upstreams=Upstreams(catalog.app, other, other),
            clock=clock,
            new_id=ids,
        )
        gateway = RunningGateway(service, bus, clock, catalog, Publisher(bus, clock, ids))

        async def record(message: Message) -> None:
            gateway.demand.append(message)

        await bus.subscribe(PrivateQueue("test", (DemandWantedV1, DemandReleasedV1)), record)
        async with service.lifespan():
            yield gateway

    return open_it


@pytest.fixture
def instruments() -> Instruments:
    return Instruments(CollectorRegistry())
