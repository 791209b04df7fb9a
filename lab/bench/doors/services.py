"""The five services as processes on private servers, one of each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from onwatch_testkit.servers import HOST, PostgresServer, RabbitServer, RedisServer, free_port

NAMES = ("catalog", "aggregator", "dashboard", "detector", "gateway")
READY_LIMIT_S, READY_POLL_S = 180.0, 0.05


class Services:
    """By `running`; a service is ready once it is started."""

    def __init__(self, folder: Path, rabbit: RabbitServer, redis: RedisServer, postgres: PostgresServer) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in NAMES}
        self._ops_ports = {name: free_port() for name in NAMES}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        media = str(folder / "media")
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("ONWATCH_")} | {
            "ONWATCH_AUTH": "off",
            "ONWATCH_CATALOG_DATABASE_URL": postgres.url,
            "ONWATCH_AGGREGATOR_DATABASE_URL": postgres.url,
            "ONWATCH_AGGREGATOR_REDIS_URL": redis.url,
            "ONWATCH_CATALOG_MEDIA_DIR": media,
            "ONWATCH_DETECTOR_MEDIA_DIR": media,
            "ONWATCH_DETECTOR_DATA_DIR": str(folder),
            "ONWATCH_DETECTOR_DOWNLOAD": "false",
            "ONWATCH_GATEWAY_DASHBOARD_URL": self.url("dashboard"),
        }
        for client in ("GATEWAY", "DETECTOR"):
            self._environ[f"ONWATCH_{client}_CATALOG_URL"] = self.url("catalog")
        for client in ("GATEWAY", "DETECTOR", "CATALOG"):
            self._environ[f"ONWATCH_{client}_AGGREGATOR_URL"] = self.url("aggregator")
        for name in NAMES:
            self._environ |= {
                f"ONWATCH_{name.upper()}_BUS_URL": rabbit.url,
                f"ONWATCH_{name.upper()}_PORT": str(self._ports[name]),
                f"ONWATCH_{name.upper()}_OPS_PORT": str(self._ops_ports[name]),
            }

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Services]:
        with ExitStack() as stack:
            rabbit = stack.enter_context(RabbitServer.running())
            redis = stack.enter_context(RedisServer.running())
            postgres = stack.enter_context(PostgresServer.running())
            folder = stack.enter_context(TemporaryDirectory(prefix="onwatch-bench-"))
            services = cls(Path(folder), rabbit, redis, postgres)
            stack.callback(services._kill)
            for name in NAMES:
                services._start(name)
            for name in NAMES:
                services._wait(name)
            yield services

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self._ports[name]}"

    def restart(self, name: str) -> None:
        process = self._processes.pop(name)
        process.terminate()
        process.wait()
        self._start(name)
        self._wait(name)

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"onwatch_{name}"], env=self._environ, stdout=log, stderr=log
            )

    def _wait(self, name: str) -> None:
        deadline_s = time.monotonic() + READY_LIMIT_S
        while not self._is_ready(name):
            if self._processes[name].poll() is not None or time.monotonic() > deadline_s:
                raise SystemExit(f"{name} did not start:\n{(self._folder / f'{name}.log').read_text()[-3000:]}")
            time.sleep(READY_POLL_S)

    def _is_ready(self, name: str) -> bool:
        connection = HTTPConnection(HOST, self._ops_ports[name])
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _kill(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
