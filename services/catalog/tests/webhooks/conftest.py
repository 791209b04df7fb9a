"""A real receiver of webhooks on this machine, and what sends to it, with a fake clock."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.instruments import Instruments
from onwatch_catalog.network import Resolver
from onwatch_catalog.records import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks import Delivering, Sender, Webhooks, WebhookStore
from onwatch_contracts.webhooks import AddedWebhook, Delivery, NewWebhook, WebhookEvent
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids

PATIENCE_S = 60.0
HOST = "127.0.0.1"
HANGS = 0
"""Instead of the status of an answer."""


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: str

    def is_signed_with(self, secret: str) -> bool:
        """As the specification says, without the library that signs."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.{self.body}"
        expected = base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
        return self.headers["webhook-signature"] == f"v1,{expected}"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers each request with the next status, the last one again and again."""

    statuses: list[int] = field(default_factory=lambda: [204])
    headers: bytes = b""
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Queue[Received] = field(default_factory=asyncio.Queue)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook?a=1"

    async def next(self) -> Received:
        return await asyncio.wait_for(self.arrived.get(), PATIENCE_S)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        received = Received(request.split()[1], headers, body.decode())
        self.received.append(received)
        self.arrived.put_nowait(received)
        if status == HANGS:
            await reader.read()  # until the sender gives up
        else:
            writer.write(b"HTTP/1.1 %d Status\r\ncontent-length: 2\r\n%s\r\nok" % (status, self.headers))
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.connected, HOST, 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@dataclass(frozen=True)
class Bench:
    """Webhooks on SQLite or PostgreSQL, which may be sent to this machine; nothing is sent before `send_due`."""

    store: WebhookStore
    webhooks: Webhooks
    delivering: Delivering
    clock: FakeClock
    instruments: Instruments
    registry: CollectorRegistry

    async def add(self, url: str, *events: WebhookEvent) -> AddedWebhook:
        return await self.webhooks.add(NewWebhook(url=url, events=events or tuple(WebhookEvent)))

    async def begin(self) -> None:
        """Begin to send what is due."""
        await self.delivering._begin_due()

    async def end(self) -> None:
        """Wait until the attempts in progress have ended."""
        if self.delivering._attempts:
            await asyncio.wait(self.delivering._attempts)

    async def send_due(self) -> None:
        await self.begin()
        await self.end()

    async def log(self, webhook_id: str) -> Sequence[Delivery]:
        """Newest first."""
        return (await self.webhooks.deliveries(webhook_id, 100, None)).items

    def count(self, outcome: str) -> float | None:
        return self.registry.get_sample_value("onwatch_catalog_webhook_attempts_total", {"outcome": outcome})


@pytest.fixture
async def resolver() -> AsyncIterator[Resolver]:
    resolver = Resolver()
    yield resolver
    resolver.close()


@pytest.fixture
async def bench(database: CatalogSettings, clock: FakeClock, resolver: Resolver) -> AsyncIterator[Bench]:
    engine, ids, registry = make_engine(database), counting_ids("id"), CollectorRegistry()
    store, targets, instruments = WebhookStore(engine, ids), WebhookTargets.of((HOST,)), Instruments(registry)
    delivering = Delivering(store, Sender(targets, resolver.resolve, clock), clock, instruments)
    webhooks = Webhooks(store, targets, clock, ids, delivering.wake)
    yield Bench(store, webhooks, delivering, clock, instruments, registry)
    await engine.dispose()
