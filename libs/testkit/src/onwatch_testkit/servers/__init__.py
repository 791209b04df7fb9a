"""Private RabbitMQ, Redis and PostgreSQL servers for tests, installed or in containers."""

from onwatch_testkit.servers.choice import TEST_SERVERS, chosen
from onwatch_testkit.servers.local import (
    HOST,
    REQUIRE_REAL,
    PostgresServer,
    RabbitServer,
    RedisServer,
    Server,
    ServerFailed,
    free_port,
    require,
)

__all__ = [
    "HOST",
    "REQUIRE_REAL",
    "TEST_SERVERS",
    "PostgresServer",
    "RabbitServer",
    "RedisServer",
    "Server",
    "ServerFailed",
    "chosen",
    "free_port",
    "require",
]
