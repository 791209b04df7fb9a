"""Private servers for tests: RabbitMQ, Redis and PostgreSQL, installed or in containers, and others as installed."""

from onwatch_testkit.servers.certificates import Authority, Certificate
from onwatch_testkit.servers.choice import TEST_SERVERS, chosen
from onwatch_testkit.servers.cluster import RabbitCluster, RabbitNode
from onwatch_testkit.servers.mosquitto import MosquittoServer
from onwatch_testkit.servers.ports import HOST, free_port
from onwatch_testkit.servers.postgres import PostgresServer
from onwatch_testkit.servers.prometheus import Alert, PrometheusServer
from onwatch_testkit.servers.rabbit import RabbitServer
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.seaweed import SeaweedServer
from onwatch_testkit.servers.secure import TlsPostgresServer, TlsRabbitServer, TlsRedisServer
from onwatch_testkit.servers.server import REQUIRE_REAL, Server, ServerFailed, require

__all__ = [
    "HOST",
    "REQUIRE_REAL",
    "TEST_SERVERS",
    "Alert",
    "Authority",
    "Certificate",
    "MosquittoServer",
    "PostgresServer",
    "PrometheusServer",
    "RabbitCluster",
    "RabbitNode",
    "RabbitServer",
    "RedisServer",
    "SeaweedServer",
    "Server",
    "ServerFailed",
    "TlsPostgresServer",
    "TlsRabbitServer",
    "TlsRedisServer",
    "chosen",
    "free_port",
    "require",
]
