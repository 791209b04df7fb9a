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

from onwatch_contracts.accounts import AuditRecord, Identities, Identity, KeyIds, PresentedKeys
from onwatch_contracts.channel import FrameHeader, encode_frame
from onwatch_contracts.folders import VideoIds
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
    """A catalog with the videos and keys that a test adds; `hold` may delay or break a response about a video."""

    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    hold: Callable[[str], Awaitable[None]] | None = None
    identities: dict[str, Identity] = field(default_factory=dict)
    """By the secret of their session or token."""
    folder_of: dict[str, str] = field(default_factory=dict)
    """By video."""
    is_away: bool = False
    """It answers no question about accounts."""
    questions_count: int = 0
    folder_questions_count: int = 0
    audit: list[AuditRecord] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)
    """Requests about videos."""

    def add(self, video_id: str, status: str = "ready", **more: Any) -> None:
        self.videos[video_id] = {"id": video_id, "status": status, **more}

    @property
    def app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/api/videos/{video_id}", self._video, methods=["GET", "PATCH", "DELETE"]),
                Route("/internal/identities", self._identify, methods=["POST"]),
                Route("/internal/identities/current", self._identify_current, methods=["POST"]),
                Route("/internal/folders", self._folders, methods=["POST"]),
                Route("/internal/audit", self._append_audit, methods=["POST"]),
            ]
        )

    async def _identify(self, request: Request) -> Response:
        self.questions_count += 1
        if self.is_away:
            return PlainTextResponse("away", 503)
        presented = PresentedKeys.model_validate_json(await request.body())
        found = Identities(items=tuple(self.identities.get(key.secret) for key in presented.keys))
        return Response(found.model_dump_json(), media_type="application/json")

    async def _identify_current(self, request: Request) -> Response:
        if self.is_away:
            return PlainTextResponse("away", 503)
        known = {identity.key_id: identity for identity in self.identities.values()}
        asked = KeyIds.model_validate_json(await request.body())
        found = Identities(items=tuple(map(known.get, asked.key_ids)))
        return Response(found.model_dump_json(), media_type="application/json")

    async def _folders(self, request: Request) -> Response:
        self.folder_questions_count += 1
        if self.is_away:
            return PlainTextResponse("away", 503)
        asked = VideoIds.model_validate_json(await request.body())
        found = {video_id: self.folder_of[video_id] for video_id in asked.video_ids if video_id in self.folder_of}
        return JSONResponse({"folder_ids": found})

    async def _append_audit(self, request: Request) -> Response:
        if self.is_away:
            return PlainTextResponse("away", 503)
        self.audit.append(AuditRecord.model_validate_json(await request.body()))
        return Response(status_code=204)

    async def _video(self, request: Request) -> Response:
        self.received.append(request)
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
    """Opens gateways with videos `a` and `b`, and without logins; arguments are settings, and another bus."""

    @asynccontextmanager
    async def open_it(bus: MemoryBus = memory_bus, **settings: Any) -> AsyncIterator[RunningGateway]:
        catalog = FakeCatalog()
        catalog.add("a")
        catalog.add("b")
        other = PlainTextResponse("another service")
        service = build(
            GatewaySettings(**{"auth": "off", **settings}),
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
