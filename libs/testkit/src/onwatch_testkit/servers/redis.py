"""A private Redis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onwatch_testkit.servers.ports import HOST, first_response
from onwatch_testkit.servers.programs import first_program
from onwatch_testkit.servers.server import Server


class RedisServer(Server):
    """Redis, or Valkey, with an append-only file, as recommended for production."""

    name = "redis"
    debian_package = "redis-server"

    def __init__(self, folder: Path, *settings: str) -> None:
        super().__init__(folder)
        self._settings = settings or ("--appendonly", "yes", "--appendfsync", "everysec")

    @classmethod
    def program(cls) -> Path | None:
        return first_program("redis-server", "valkey-server")

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def _prepare(self) -> None:
        """Nothing: the command line has all settings."""

    def _command(self) -> Sequence[str | Path]:
        place = ("--bind", HOST, "--port", str(self.port), "--dir", str(self.folder))
        return [self.installed(), *place, "--save", "", *self._settings]

    def _is_ready(self, pid: int) -> bool:
        answer = first_response(self.port, b"INFO server\r\n")
        return f"process_id:{pid}\r\n".encode() in answer and not first_response(self.port, b"PING\r\n").startswith(
            b"-LOADING"
        )
