"""Real servers, a network that can be broken, and the services as processes on them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fleet import Fleet, fleet_on

from faults.ear import Ear
from faults.footage import BLOBS, Footage
from faults.plan import BYSTANDERS, LINKS, PROCESSES
from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.servers.local import PostgresServer, RabbitServer, RedisServer, Server
from onwatch_testkit.tcp_proxy import TcpProxy

LEASE_S, HEARTBEAT_S = 1.5, 0.5
DATABASE = "onwatch"
MEDIA_BYTES = 64 * 1024 * 1024

# Everything that is waited for, shorter than in production by the same measure.
SETTINGS = {
    "ONWATCH_AGGREGATOR_LEASE_S": LEASE_S,
    "ONWATCH_AGGREGATOR_FINISH_RETRY_S": 3.0,
    "ONWATCH_AGGREGATOR_REDIS_TIMEOUT_S": 2.0,
    "ONWATCH_CATALOG_ANALYSIS_PARALLEL": 4,
    "ONWATCH_CATALOG_HEARTBEAT_S": HEARTBEAT_S,
    "ONWATCH_CATALOG_DEMAND_EXPIRY_S": 3 * HEARTBEAT_S,
    "ONWATCH_DETECTOR_LINGER_S": HEARTBEAT_S,
    "ONWATCH_DETECTOR_PROOF_TIMEOUT_S": 3.0,
    "ONWATCH_DETECTOR_REQUEST_TIMEOUT_S": 2.0,
    "ONWATCH_DETECTOR_SLOTS": 3,
    "ONWATCH_GATEWAY_HEARTBEAT_S": HEARTBEAT_S,
    "ONWATCH_GATEWAY_DEMAND_EXPIRY_S": 3 * HEARTBEAT_S,
}
BUS_LINK = "BUS_URL"
LINK_SETTINGS = {
    ("catalog", "postgresql"): "DATABASE_URL",
    ("aggregator", "postgresql"): "DATABASE_URL",
    ("aggregator", "redis"): "REDIS_URL",
    ("gateway", "catalog-1"): "CATALOG_URL",
    ("detector", "catalog-1"): "CATALOG_URL",
    ("detector", "aggregator-1"): "AGGREGATOR_URL",
}


@dataclass
class Arena:
    """What the faults of one schedule after another act on."""

    folder: Path
    media: Path
    media_is_limited: bool
    """It is a file system of its own, which can be filled without harm to anybody else."""
    servers: dict[str, Server]
    fleet: Fleet
    links: dict[str, TcpProxy]
    http: httpx.AsyncClient
    bus: RabbitBus
    ear: Ear
    footage: Footage
    clips: Sequence[Path]
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """By target: one fault at a time."""
    planted: set[str] = field(default_factory=set)
    """Ids of messages that nobody can handle, put there by a fault."""

    @property
    def rabbit(self) -> RabbitServer:
        server = self.servers["rabbitmq"]
        assert isinstance(server, RabbitServer)
        return server

    @property
    def redis(self) -> RedisServer:
        server = self.servers["redis"]
        assert isinstance(server, RedisServer)
        return server

    @property
    def database_url(self) -> str:
        server = self.servers["postgresql"]
        assert isinstance(server, PostgresServer)
        return server.url_of(DATABASE)

    @property
    def gateways(self) -> list[str]:
        return [self.fleet.url("gateway-1"), self.fleet.url("gateway-2")]

    async def status_of(self, video_id: str) -> str:
        """As the list of videos says, by way of any gateway; empty while nobody answers."""
        for gateway in self.gateways:
            try:
                answer = await self.http.get(f"{gateway}/api/videos/{video_id}", timeout=2)
            except httpx.TransportError:
                continue
            if answer.is_success:
                return str(answer.json()["status"])
            if answer.status_code == httpx.codes.NOT_FOUND:
                return "deleted"
        return ""

    async def upload(self, clip: Path, name: str) -> str:
        """A new video with a region of interest; `httpx.HTTPStatusError` and `httpx.TransportError` where it fails."""
        gateway = self.gateways[0]
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post(f"{gateway}/api/videos", files={"file": (f"{name}.mp4", content, "video/mp4")})
        answer.raise_for_status()
        video_id: str = answer.json()["id"]
        region = {"roi": self.footage.roi, "anchor": self.footage.anchor}
        patched = await self.http.patch(f"{gateway}/api/videos/{video_id}", json=region)
        patched.raise_for_status()
        return video_id

    async def analyse(self, video_id: str) -> None:
        (await self.http.post(f"{self.gateways[0]}/api/videos/{video_id}/analysis")).raise_for_status()

    async def start_whoever_is_down(self) -> None:
        for server in self.servers.values():
            await asyncio.to_thread(server.start)
        for name, process in self.fleet.processes.items():
            if process.poll() is not None:
                self.fleet.start(name)
        await self.fleet.until_ready(self.http)


@asynccontextmanager
async def arena_in(folder: Path, footage: Footage = BLOBS) -> AsyncIterator[Arena]:
    """Servers and services, started and ready; gone at the end, but for the logs in the folder."""
    async with AsyncExitStack() as stack:
        place = stack.enter_context(_Place())
        servers, media, media_is_limited = await asyncio.to_thread(place.start, folder)
        fleet = stack.enter_context(
            fleet_on(servers["rabbitmq"], servers["redis"], servers["postgresql"], folder, DATABASE, media)
        )
        fleet.environ |= {name: str(value) for name, value in SETTINGS.items()}
        tests = str(Path(__file__).parents[1])
        fleet.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH"))))
        fleet.modules = footage.modules
        links = await _links(stack, fleet, servers)
        # Nothing kept alive: a server may close an idle connection just when the next request is sent on it.
        http = await stack.enter_async_context(
            httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_keepalive_connections=0))
        )
        for name in (*PROCESSES, *BYSTANDERS):
            fleet.start(name)
        bus = await RabbitBus(servers["rabbitmq"].url, SystemClock()).open()
        stack.push_async_callback(bus.close)
        ear = await Ear.at(bus)
        await fleet.until_ready(http)
        clips = await asyncio.to_thread(footage.write, folder)
        yield Arena(folder, media, media_is_limited, servers, fleet, links, http, bus, ear, footage, clips)


class _Place(ExitStack):
    """Servers and the media folder; entered in a thread, because starting takes seconds."""

    def start(self, logs: Path) -> tuple[dict[str, Server], Path, bool]:
        logs.mkdir(parents=True, exist_ok=True)
        servers: dict[str, Server] = {
            kind.name: self.enter_context(kind.running()) for kind in (RabbitServer, RedisServer, PostgresServer)
        }
        media = Path(
            self.enter_context(tempfile.TemporaryDirectory(prefix="onwatch-media-", ignore_cleanup_errors=True))
        )
        return servers, media, self.enter_context(_limited(media))


@contextmanager
def _limited(folder: Path) -> Iterator[bool]:
    """Make the folder a small file system of its own, where we may; whether it is one."""
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={MEDIA_BYTES}", "onwatch-faults", str(folder)]
    is_limited = mount is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_limited
    finally:
        if is_limited:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


async def _links(stack: AsyncExitStack, fleet: Fleet, servers: dict[str, Server]) -> dict[str, TcpProxy]:
    """A proxy for each way, and each process told to go by it."""
    links = {}
    for asking, asked_all in LINKS.items():
        service = asking.partition("-")[0].upper()
        for asked in asked_all:
            port = servers[asked].port if asked in servers else fleet.ports[asked]
            proxy = links[f"{asking}>{asked}"] = await stack.enter_async_context(TcpProxy(port))
            setting = f"ONWATCH_{service}_{LINK_SETTINGS.get((service.lower(), asked), BUS_LINK)}"
            url = fleet.environ[setting].replace(f":{port}", f":{proxy.port}")
            fleet.own_environ.setdefault(asking, {})[setting] = url
    return links
