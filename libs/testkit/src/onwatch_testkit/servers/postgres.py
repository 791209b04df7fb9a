"""A private PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from onwatch_testkit.servers.ports import HOST
from onwatch_testkit.servers.programs import first_program, given_program
from onwatch_testkit.servers.server import START_LIMIT_S, Server, ServerFailed


class PostgresServer(Server):
    """PostgreSQL with one user, `onwatch`, a superuser."""

    name = "postgresql"
    debian_package = "postgresql"

    @classmethod
    def program(cls) -> Path | None:
        if given := given_program("postgres"):
            return given
        # Debian installs it outside of PATH, by version.
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[-3]))
        return versions[-1] if versions else first_program("postgres")

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The URL of a database in this server."""
        return f"postgresql://onwatch@{HOST}:{self.port}/{database}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    def _prepare(self) -> None:
        if user := self._user():
            shutil.chown(self.folder, user, user)
        words = ("--auth=trust", "--username=onwatch", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        initdb = self._spawn([self.installed().with_name("initdb"), "-D", self._data, *words])
        if initdb.wait(START_LIMIT_S):
            raise ServerFailed(f"initdb failed{self._log_tail()}")

    def _command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "fsync": "off",  # safe when a process is killed; only a machine that crashes loses data
            **self._settings(),
        }
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self.installed(), "-D", self._data, "-p", str(self.port), *given]

    def _settings(self) -> Mapping[str, str]:
        """Further settings."""
        return {}

    def stop(self) -> None:
        self._end(signal.SIGINT)  # its SIGTERM waits for clients to disconnect

    def _is_ready(self, pid: int) -> bool:
        """Compares the process id, port and status that the server writes to a file."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and (lines[0], lines[3], lines[7].strip()) == (str(pid), str(self.port), "ready")
