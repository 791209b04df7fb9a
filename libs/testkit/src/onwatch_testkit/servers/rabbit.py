"""A private RabbitMQ."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from onwatch_testkit.servers.ports import HOST, first_response, free_port
from onwatch_testkit.servers.programs import first_program, search_path
from onwatch_testkit.servers.server import Server, ServerFailed

AMQP_GREETING = b"AMQP\x00\x00\x09\x01"


class RabbitServer(Server):
    """RabbitMQ without plug-ins, as one node with a private name and cookie."""

    name = "rabbitmq"
    debian_package = "rabbitmq-server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._node = f"onwatch-{secrets.token_hex(4)}"
        self._cookie = secrets.token_hex(16)
        self._epmd_port = free_port()
        self._distribution_port = free_port()

    @classmethod
    def program(cls) -> Path | None:
        # Debian's /usr/sbin/rabbitmq-server is a wrapper that changes to the user rabbitmq and to /var/lib/rabbitmq.
        return first_program("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{self.port}/"

    def _prepare(self) -> None:
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(self._cookie)
        cookie.chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"{self._listener()}"
            "vm_memory_high_watermark.absolute = 512MB\n"
            "disk_free_limit.absolute = 50MB\n"
            "log.console = true\n"
            "log.console.level = warning\n"
            "log.file = false\n"
            "raft.wal_max_size_bytes = 16777216\n"  # the default keeps half a gigabyte before it truncates
        )

    def _listener(self) -> str:
        """Lines of rabbitmq.conf."""
        return f"listeners.tcp.1 = {HOST}:{self.port}\n"

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": search_path(),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": f"{self._node}@localhost",
            "detached": "1",  # the start script then replaces itself by the server
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "no-such-file"),  # ignores the machine's own file
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "rabbitmq.pid"),
            # No spinning schedulers beside the tests, no listener beyond this machine.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
            ),
        }

    def start(self) -> None:
        if not self._companions:
            self._start_epmd()
        super().start()

    def _start_epmd(self) -> None:
        """Erlang's name server; without it Erlang starts one that outlives the tests."""
        self._companions.append(self._spawn([_epmd(), "-port", str(self._epmd_port), "-address", HOST]))

    def _command(self) -> Sequence[str | Path]:
        return [self.installed()]

    def _is_ready(self, pid: int) -> bool:
        """A broker's greeting carries the name of its node, which is unique."""
        return self._node.encode() in first_response(self.port, AMQP_GREETING)


def _epmd() -> Path:
    """The path of Erlang's name server."""
    epmd = first_program("epmd") or next(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"), None)
    if epmd is None:
        raise ServerFailed("RabbitMQ is installed and Erlang's epmd is not found")
    return epmd
