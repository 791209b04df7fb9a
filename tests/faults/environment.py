"""Real servers, proxies between them that can be cut, and the services as processes."""

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

from faults.listener import BusListener
from faults.schedule import BYSTANDERS, LINKS, PROCESSES
from faults.workload import BLOBS, Workload
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, Server, free_port
from onwatch_testkit.tcp_proxy import TcpProxy

LEASE_S, HEARTBEAT_S = 1.5, 0.5
DATABASE = "onwatch"
ANSWER_LIMIT_S = 60  # real time: an upload starts a process, on a machine that may be busy with many others
MEDIA_BYTES = 64 * 1024 * 1024

# Every timeout and interval, shorter than in production by the same factor.
SETTINGS = {
    "ONWATCH_AGGREGATOR_LEASE_S": LEASE_S,
    "ONWATCH_AGGREGATOR_LOST_AFTER_S": LEASE_S,
    "ONWATCH_AGGREGATOR_FINISH_RETRY_S": 3.0,
    "ONWATCH_AGGREGATOR_REDIS_TIMEOUT_S": 2.0,
    "ONWATCH_CATALOG_ANALYSIS_PARALLEL": 4,
    "ONWATCH_CATALOG_HEARTBEAT_S": HEARTBEAT_S,
    "ONWATCH_CATALOG_DEMAND_EXPIRY_S": 3 * HEARTBEAT_S,
    "ONWATCH_DETECTOR_LINGER_S": HEARTBEAT_S,
    "ONWATCH_DETECTOR_ACKNOWLEDGEMENT_TIMEOUT_S": 3.0,
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
    ("gateway", "catalog-2"): "CATALOG_URL",
    ("detector", "catalog-1"): "CATALOG_URL",
    ("detector", "catalog-2"): "CATALOG_URL",
    ("detector", "aggregator-1"): "AGGREGATOR_URL",
}


@dataclass
class Environment:
    """The system that schedules run on, one after the other."""

    folder: Path
    media: Path
    media_is_limited: bool
    """Whether it is a file system of its own, which can be filled without affecting other programs."""
    servers: dict[str, Server]
    fleet: Fleet
    links: dict[str, TcpProxy]
    http: httpx.AsyncClient
    bus: RabbitBus
    listener: BusListener
    workload: Workload
    clips: Sequence[Path]
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """By target: only one fault at a time acts on it."""
    planted_message_ids: set[str] = field(default_factory=set)
    """Ids of the undeliverable messages that faults have published: expected as dead letters."""

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
        """The status of the video from the first gateway that answers; empty if none does."""
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
        """Upload a clip and set its region of interest; raises `httpx.HTTPStatusError` and `httpx.TransportError`."""
        gateway = self.gateways[0]
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post(f"{gateway}/api/videos", files={"file": (f"{name}.mp4", content, "video/mp4")})
        answer.raise_for_status()
        video_id: str = answer.json()["id"]
        region = {"roi": self.workload.roi, "anchor": self.workload.anchor}
        patched = await self.http.patch(f"{gateway}/api/videos/{video_id}", json=region)
        patched.raise_for_status()
        return video_id

    async def analyse(self, video_id: str) -> None:
        (await self.http.post(f"{self.gateways[0]}/api/videos/{video_id}/analysis")).raise_for_status()

    async def restart_stopped(self) -> None:
        for server in self.servers.values():
            await asyncio.to_thread(server.start)
        for name, process in self.fleet.processes.items():
            if process.poll() is not None:
                self.fleet.start(name)
        await self.fleet.until_ready(self.http)


@asynccontextmanager
async def environment_in(folder: Path, workload: Workload = BLOBS) -> AsyncIterator[Environment]:
    """Started and ready servers and services; only their logs in the folder remain afterwards."""
    async with AsyncExitStack() as stack:
        private = stack.enter_context(_PrivateServers())
        servers, media, media_is_limited = await asyncio.to_thread(private.start, folder)
        fleet = stack.enter_context(
            fleet_on(servers["rabbitmq"], servers["redis"], servers["postgresql"], folder, DATABASE, media)
        )
        fleet.environ |= {name: str(value) for name, value in SETTINGS.items()}
        tests = str(Path(__file__).parents[1])
        fleet.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH"))))
        fleet.modules = workload.modules
        fleet.ports["catalog-2"] = free_port()
        links = await _links(stack, fleet, servers)
        # No keep-alive: a server may close an idle connection just when the next request is sent on it.
        http = await stack.enter_async_context(
            httpx.AsyncClient(timeout=ANSWER_LIMIT_S, limits=httpx.Limits(max_keepalive_connections=0))
        )
        for name in (*PROCESSES, *BYSTANDERS):
            fleet.start(name)
        bus = await RabbitBus(servers["rabbitmq"].url, SystemClock()).open()
        stack.push_async_callback(bus.close)
        listener = await BusListener.subscribed(bus)
        await fleet.until_ready(http)
        clips = await asyncio.to_thread(workload.write, folder)
        yield Environment(folder, media, media_is_limited, servers, fleet, links, http, bus, listener, workload, clips)


class _PrivateServers(ExitStack):
    """Servers and the media folder; started in a thread, because that takes seconds."""

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
    """Mount a small file system on the folder if permitted; yields whether it is one."""
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={MEDIA_BYTES}", "onwatch-faults", str(folder)]
    is_limited = (
        mount is not None and subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    )
    try:
        yield is_limited
    finally:
        if is_limited:
            subprocess.run(["umount", "--lazy", str(folder)], timeout=60, check=False)


async def _links(stack: AsyncExitStack, fleet: Fleet, servers: dict[str, Server]) -> dict[str, TcpProxy]:
    """Start a proxy for each link and configure each process to connect through it."""
    links = {}
    for client, targets in LINKS.items():
        service = client.partition("-")[0].upper()
        for target in targets:
            port = servers[target].port if target in servers else fleet.ports[target]
            proxy = links[f"{client}>{target}"] = await stack.enter_async_context(TcpProxy(port))
            setting = f"ONWATCH_{service}_{LINK_SETTINGS.get((service.lower(), target), BUS_LINK)}"
            known = fleet.environ[setting].replace(f":{port}", f":{proxy.port}")
            url = known if target in servers else f"http://127.0.0.1:{proxy.port}"
            fleet.own_environ.setdefault(client, {})[setting] = url
    return links
