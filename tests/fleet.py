"""The services as processes on real servers, configured by a test."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from service_process import ServiceProcess, fork_module

from onwatch_testkit.api_client import until
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, free_port

GRACE_S = 60.0  # a limit that no busy machine reaches; stopping takes well under a second
SERVICES = ("catalog", "gateway", "detector", "aggregator", "dashboard")


@dataclass
class Fleet:
    """Processes by name (`gateway-1`), their ports, and their environment."""

    environ: dict[str, str]
    log_dir: Path
    ports: dict[str, int] = field(default_factory=dict)
    ops_ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, ServiceProcess] = field(default_factory=dict)
    own_environ: dict[str, dict[str, str]] = field(default_factory=dict)
    """Environment of a single process, by its name."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Modules to run instead of `onwatch_<service>`, by service."""
    run: Callable[[str, Mapping[str, str], Path], ServiceProcess] = fork_module

    def start(self, name: str) -> None:
        service = name.partition("-")[0]
        ports = {
            f"ONWATCH_{service.upper()}_PORT": str(self.ports.setdefault(name, free_port())),
            f"ONWATCH_{service.upper()}_OPS_PORT": str(self.ops_ports.setdefault(name, free_port())),
        }
        environ = self.environ | self.own_environ.get(name, {}) | ports
        module = self.modules.get(service, f"onwatch_{service}")
        self.processes[name] = self.run(module, environ, self.log_dir / f"{name}.log")

    def terminate(self, name: str) -> int:
        """Send SIGTERM; returns the exit code."""
        self.processes[name].send_signal(signal.SIGTERM)
        return self.processes[name].wait(timeout=2 * GRACE_S)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait(timeout=GRACE_S)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def ops_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ops_ports[name]}"

    def log_of(self, name: str) -> str:
        return (self.log_dir / f"{name}.log").read_text()

    async def until_ready(self, http: httpx.AsyncClient) -> None:
        for name in self.processes:
            await until(
                lambda name=name: self._is_ready(http, name), f"{name} to be ready", lambda name=name: self.log_of(name)
            )

    async def _is_ready(self, http: httpx.AsyncClient, name: str) -> bool:
        assert self.processes[name].poll() is None, f"{name} has exited:\n{self.log_of(name)}"
        try:
            return (await http.get(f"{self.ops_url(name)}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def is_alive(self, http: httpx.AsyncClient, name: str) -> bool:
        try:
            return (await http.get(f"{self.ops_url(name)}/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    async def active_runs(self, http: httpx.AsyncClient) -> list[int]:
        """Number of runs of each detector."""
        names = sorted(name for name in self.processes if name.startswith("detector"))
        alive = [name for name in names if self.processes[name].poll() is None]
        return [int(await self.gauge(http, name, "onwatch_detector_runs_active")) for name in alive]

    async def gauge(self, http: httpx.AsyncClient, name: str, metric: str) -> float:
        """The value of a metric of a process."""
        text = (await http.get(f"{self.ops_url(name)}/metrics")).text
        found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{metric} ")]
        assert found, f"{name} does not show {metric}:\n{text}"
        return float(found[0])

    def stop_all(self) -> dict[str, int]:
        """Send SIGTERM to each; exit codes by name."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(timeout=2 * GRACE_S) for name, process in self.processes.items()}

    def kill_all(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(timeout=GRACE_S)


@contextmanager
def fleet_on(
    rabbit: RabbitServer, redis: RedisServer, postgres: PostgresServer, folder: Path, database: str, media: Path
) -> Iterator[Fleet]:
    """A fleet without processes yet, with its own database; its processes are killed at the end."""
    with closing(psycopg.connect(postgres.url, autocommit=True)) as owner:
        owner.execute(f'CREATE DATABASE "{database}"')
    ports = {f"{service}-1": free_port() for service in ("catalog", "aggregator", "dashboard")}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONWATCH_")}
    environ = inherited | {
        "ONWATCH_CATALOG_DATABASE_URL": postgres.url_of(database),
        "ONWATCH_CATALOG_MEDIA_DIR": str(media),
        "ONWATCH_AGGREGATOR_DATABASE_URL": postgres.url_of(database),
        "ONWATCH_AGGREGATOR_REDIS_URL": redis.url,
        "ONWATCH_DETECTOR_MEDIA_DIR": str(media),
        "ONWATCH_DETECTOR_DATA_DIR": str(folder),
        "ONWATCH_AUTH": "off",
        "ONWATCH_DETECTOR_DOWNLOAD": "false",
        "ONWATCH_DETECTOR_SLOTS": "1",
        "ONWATCH_DETECTOR_THREADS": "1",
    }
    for client in ("GATEWAY", "DETECTOR"):
        environ[f"ONWATCH_{client}_CATALOG_URL"] = f"http://127.0.0.1:{ports['catalog-1']}"
        environ[f"ONWATCH_{client}_AGGREGATOR_URL"] = f"http://127.0.0.1:{ports['aggregator-1']}"
    environ["ONWATCH_CATALOG_AGGREGATOR_URL"] = f"http://127.0.0.1:{ports['aggregator-1']}"
    environ["ONWATCH_GATEWAY_DASHBOARD_URL"] = f"http://127.0.0.1:{ports['dashboard-1']}"
    for service in SERVICES:
        environ[f"ONWATCH_{service.upper()}_BUS_URL"] = rabbit.url
        environ[f"ONWATCH_{service.upper()}_GRACE_S"] = str(GRACE_S)
    fleet = Fleet(environ, folder, ports)
    try:
        yield fleet
    finally:
        fleet.kill_all()
