"""A private Mosquitto, an MQTT broker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onwatch_testkit.servers.ports import HOST, first_response
from onwatch_testkit.servers.programs import first_program
from onwatch_testkit.servers.server import Server

CONNECT = b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05ready"
"""MQTT 3.1.1 with a clean session, as client `ready`."""


class MosquittoServer(Server):
    """Mosquitto for everybody who connects, with its retained messages in a file."""

    name = "mosquitto"
    debian_package = "mosquitto"

    def __init__(self, folder: Path, *settings: str) -> None:
        """`settings`: further lines of its configuration, like a second listener."""
        super().__init__(folder)
        self._settings = settings

    @classmethod
    def program(cls) -> Path | None:
        return first_program("mosquitto", "/usr/sbin/mosquitto")

    @property
    def url(self) -> str:
        return f"mqtt://{HOST}:{self.port}"

    @property
    def _configuration(self) -> Path:
        return self.folder / "mosquitto.conf"

    def _prepare(self) -> None:
        lines = (
            "per_listener_settings true",
            "user root",  # started by root, it would become a user who may not write here
            f"pid_file {self.folder}/mosquitto.pid",
            "persistence true",
            f"persistence_location {self.folder}/",
            "autosave_interval 1",
            f"listener {self.port} {HOST}",
            "allow_anonymous true",
            *self._settings,
        )
        self._configuration.write_text("\n".join(lines) + "\n")

    def _command(self) -> Sequence[str | Path]:
        return [self.installed(), "-c", self._configuration]

    def _is_ready(self, pid: int) -> bool:
        pid_file = self.folder / "mosquitto.pid"
        is_ours = pid_file.is_file() and pid_file.read_text().strip() == str(pid)
        return is_ours and first_response(self.port, CONNECT).startswith(b"\x20\x02\x00\x00")
