"""The private servers with TLS: installed programs that accept TLS only, from clients with a certificate.

Certificates of servers are for `localhost`: by the address 127.0.0.1 a client reaches a server with another name.
"""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from onwatch_testkit.servers.certificates import Authority
from onwatch_testkit.servers.ports import HOST, RESPONSE_LIMIT_S
from onwatch_testkit.servers.postgres import PostgresServer
from onwatch_testkit.servers.rabbit import AMQP_GREETING, RabbitServer
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.server import Server

NAME = "localhost"


class ServerWithTls(Server):
    """Mixin for an installed server."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.authority = Authority(folder)
        self.of_server = self.authority.issue(NAME)
        self.of_client = self.authority.issue("onwatch.client")

    @property
    def settings(self) -> Mapping[str, str]:
        """The files for its clients, as settings of a service."""
        files = {"ca": self.authority.file, "certificate": self.of_client.chain, "key": self.of_client.key}
        return {f"tls_{name}_file": str(file) for name, file in files.items()}

    def url_with(self, host: str) -> str:
        """The address of the server by this name."""
        return self.url.replace(f"{NAME}:", f"{host}:")

    def _response(self, message: bytes) -> bytes:
        """The first response on a new connection; empty if nobody answers."""
        context = ssl.create_default_context(cafile=self.authority.file)
        context.load_cert_chain(self.of_client.chain, self.of_client.key)
        with (
            suppress(OSError),
            socket.create_connection((HOST, self.port), RESPONSE_LIMIT_S) as plain,
            context.wrap_socket(plain, server_hostname=NAME) as connection,
        ):
            connection.sendall(message)
            return connection.recv(65536)
        return b""


class TlsRabbitServer(ServerWithTls, RabbitServer):
    @property
    def url(self) -> str:
        return f"amqps://guest:guest@{NAME}:{self.port}/"

    def _listener(self) -> str:
        return (
            "listeners.tcp = none\n"
            f"listeners.ssl.1 = {HOST}:{self.port}\n"
            f"ssl_options.cacertfile = {self.authority.file}\n"
            f"ssl_options.certfile = {self.of_server.chain}\n"
            f"ssl_options.keyfile = {self.of_server.key}\n"
            "ssl_options.verify = verify_peer\n"
            "ssl_options.fail_if_no_peer_cert = true\n"
        )

    def _environment(self) -> Mapping[str, str]:
        # Else it would open a plain listener on this port, too.
        return {name: value for name, value in super()._environment().items() if name != "RABBITMQ_NODE_PORT"}

    def _is_ready(self, pid: int) -> bool:
        return self._node.encode() in self._response(AMQP_GREETING)


class TlsRedisServer(ServerWithTls, RedisServer):
    @property
    def url(self) -> str:
        return f"rediss://{NAME}:{self.port}/0"

    def _command(self) -> Sequence[str | Path]:
        files = ("--tls-ca-cert-file", self.authority.file, "--tls-cert-file", self.of_server.chain)
        key = ("--tls-key-file", self.of_server.key)
        return [*super()._command(), "--port", "0", "--tls-port", str(self.port), *files, *key]

    def _is_ready(self, pid: int) -> bool:
        return f"process_id:{pid}\r\n".encode() in self._response(b"INFO server\r\n")


class TlsPostgresServer(ServerWithTls, PostgresServer):
    def url_of(self, database: str) -> str:
        return f"postgresql://onwatch@{NAME}:{self.port}/{database}?sslmode=verify-full"

    def _prepare(self) -> None:
        super()._prepare()
        rule = f"hostssl all all {HOST}/32 trust clientcert=verify-ca\n"
        (self._data / "pg_hba.conf").write_text(rule)
        if user := self._user():
            for file in (self.authority.file, self.of_server.chain, self.of_server.key):
                shutil.chown(file, user, user)

    def _settings(self) -> Mapping[str, str]:
        return {
            "ssl": "on",
            "ssl_ca_file": str(self.authority.file),
            "ssl_cert_file": str(self.of_server.chain),
            "ssl_key_file": str(self.of_server.key),
        }
