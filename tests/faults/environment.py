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
from aio_pika.abc import AbstractConnection
from fleet import Fleet, fleet_on

from faults.files import Files, MediaFolder, StoredFiles
from faults.listener import BusListener
from faults.schedule import BYSTANDERS, NODES, PAIRS, STORE, Deployment
from faults.workload import BLOBS, Workload
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.bus.rabbit.connection import connected_to_any
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.tls import NO_TLS_FILES
from onwatch_testkit.servers import (
    PostgresServer,
    RabbitCluster,
    RabbitServer,
    RedisServer,
    SeaweedServer,
    Server,
    free_port,
)
from onwatch_testkit.tcp_proxy import TcpProxy

_HTTP = "http://127.0.0.1:"
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
BROKER = "rabbitmq"
LINK_SETTINGS = {
    BROKER: "BUS_URL",
    "postgresql": "DATABASE_URL",
    "redis": "REDIS_URL",
    "catalog": "CATALOG_URL",
    "aggregator": "AGGREGATOR_URL",
}
"""By the kind of what is connected to. That of the object store is a variable without the name of the service."""
BUCKET = "videos"


@dataclass
class Environment:
    """The system that schedules run on, one after the other."""

    folder: Path
    deployment: Deployment
    files: Files
    servers: dict[str, Server]
    bus_url: str
    """The address of the broker, or of all its nodes."""
    fleet: Fleet
    links: dict[str, Sequence[TcpProxy]]
    """One proxy for each address of what is connected to."""
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
    def nodes(self) -> Sequence[Server]:
        """Of the broker."""
        return [server for server in self.servers.values() if isinstance(server, RabbitServer)]

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

    async def connect(self) -> AbstractConnection:
        """To the first node of the broker that answers; `BusUnavailable` if none does."""
        return await connected_to_any(self.bus_url, NO_TLS_FILES, ANSWER_LIMIT_S)

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
        # At once: a node of the broker may wait for another one.
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self.servers.values()))
        for name, process in self.fleet.processes.items():
            if process.poll() is not None:
                self.fleet.start(name)
        await self.fleet.until_ready(self.http)


@asynccontextmanager
async def environment_in(
    folder: Path, workload: Workload = BLOBS, deployment: Deployment = PAIRS
) -> AsyncIterator[Environment]:
    """Started and ready servers and services; only their logs in the folder remain afterwards."""
    async with AsyncExitStack() as stack:
        private = stack.enter_context(_PrivateServers())
        servers, files = await asyncio.to_thread(private.start, folder, deployment)
        nodes = [server for server in servers.values() if isinstance(server, RabbitServer)]
        redis, postgres = servers["redis"], servers["postgresql"]
        assert isinstance(redis, RedisServer)
        assert isinstance(postgres, PostgresServer)
        fleet = stack.enter_context(fleet_on(nodes[0], redis, postgres, folder, DATABASE, files.folder))
        fleet.environ |= {name: str(value) for name, value in SETTINGS.items()}
        tests = str(Path(__file__).parents[1])
        fleet.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH"))))
        fleet.modules = workload.modules
        for name in ("catalog-2", "aggregator-2"):
            fleet.ports[name] = free_port()
        fleet.own_environ = {name: dict(files.environ_of(name)) for name in deployment.processes if _opens_videos(name)}
        links = await _links(stack, fleet, servers, deployment)
        # No keep-alive: a server may close an idle connection just when the next request is sent on it.
        http = await stack.enter_async_context(
            httpx.AsyncClient(timeout=ANSWER_LIMIT_S, limits=httpx.Limits(max_keepalive_connections=0))
        )
        for name in (*deployment.processes, *BYSTANDERS):
            fleet.start(name)
        bus_url = ",".join(node.url for node in nodes)
        bus = await RabbitBus(bus_url, SystemClock()).open()
        stack.push_async_callback(bus.close)
        listener = await BusListener.subscribed(bus)
        await fleet.until_ready(http)
        clips = await asyncio.to_thread(workload.write, folder)
        yield Environment(
            folder, deployment, files, servers, bus_url, fleet, links, http, bus, listener, workload, clips
        )


def _opens_videos(process: str) -> bool:
    return process.startswith(("catalog", "detector"))


class _PrivateServers(ExitStack):
    """Servers and the place of the videos; started in a thread, because that takes seconds."""

    def start(self, logs: Path, deployment: Deployment) -> tuple[dict[str, Server], Files]:
        logs.mkdir(parents=True, exist_ok=True)
        servers: dict[str, Server] = {
            kind.name: self.enter_context(kind.running()) for kind in (RedisServer, PostgresServer)
        }
        if NODES[0] in deployment.servers:
            cluster = self.enter_context(RabbitCluster.running(len(NODES)))
            servers |= dict(zip(NODES, cluster.nodes, strict=True))
        else:
            servers[BROKER] = self.enter_context(RabbitServer.running())
        media = Path(
            self.enter_context(tempfile.TemporaryDirectory(prefix="onwatch-media-", ignore_cleanup_errors=True))
        )
        if STORE not in deployment.servers:
            return servers, MediaFolder(media, self.enter_context(_limited(media)))
        servers[STORE] = store = self.enter_context(SeaweedServer.running())
        store.make_bucket(BUCKET)
        return servers, StoredFiles(media, BUCKET, store)


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


async def _links(
    stack: AsyncExitStack, fleet: Fleet, servers: dict[str, Server], deployment: Deployment
) -> dict[str, Sequence[TcpProxy]]:
    """Start the proxies of each link and configure each process to connect through them."""
    links: dict[str, Sequence[TcpProxy]] = {}
    nodes = [name for name in servers if name.startswith(BROKER)]
    for number, (client, targets) in enumerate(deployment.links.items()):
        own = fleet.own_environ.setdefault(client, {})
        for target in targets:
            # Each client begins with another node of the broker.
            names = nodes[number % len(nodes) :] + nodes[: number % len(nodes)] if target == BROKER else [target]
            ports = [servers[name].port if name in servers else fleet.ports[name] for name in names]
            proxies = [await stack.enter_async_context(TcpProxy(port)) for port in ports]
            links[f"{client}>{target}"] = proxies
            if target == STORE:
                own |= SeaweedServer.environment_at(proxies[0].port)
                continue
            setting = f"ONWATCH_{client.partition('-')[0].upper()}_{LINK_SETTINGS[target.partition('-')[0]]}"
            known = [
                servers[name].url
                if target == BROKER
                else fleet.environ[setting]
                if name in servers
                else _HTTP + str(port)
                for name, port in zip(names, ports, strict=True)
            ]
            own[setting] = ",".join(
                url.replace(f":{port}", f":{proxy.port}")
                for url, port, proxy in zip(known, ports, proxies, strict=True)
            )
    return links
