"""The connection to Redis, and its failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as TimedOut
from redis.maint_notifications import MaintNotificationsConfig

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.tls import TlsFiles

RETRIES, RETRY_FIRST_S, RETRY_MOST_S = 3, 0.05, 0.5


def connect_redis(settings: AggregatorSettings) -> Redis:
    """A client that connects on first use; closing it closes its connections."""
    url = settings.redis_url.get_secret_value()
    pool = BlockingConnectionPool.from_url(
        url,
        **(_tls_options(settings.tls) if url.startswith("rediss://") else {}),
        max_connections=settings.redis_connections,
        timeout=settings.redis_timeout_s,  # for a free connection
        socket_timeout=settings.redis_timeout_s,
        socket_connect_timeout=settings.redis_timeout_s,
        # Explicit, because the client's default is eleven attempts. Every command of the live store may be sent twice,
        # so a broken connection is retried a few times, quickly. A timeout is not retried: a busy server would get
        # more load, and the caller would wait several times as long. The bus and the caller retry patiently.
        retry=Retry(ExponentialBackoff(base=RETRY_FIRST_S, cap=RETRY_MOST_S), RETRIES, (NotConnected,)),
        # Of Redis Enterprise. Enabled, the pool does not discard a connection that is returned with an unread answer;
        # disabled, it checks for one each time.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    return Redis.from_pool(pool)


def _tls_options(tls: TlsFiles) -> Mapping[str, str]:
    """The client verifies certificate and host name by default. Each option that is not given is left to the URL."""
    files = {"ssl_ca_certs": tls.ca, "ssl_certfile": tls.certificate, "ssl_keyfile": tls.key}
    return {option: str(file) for option, file in files.items() if file is not None}


@contextmanager
def reached() -> Iterator[None]:
    """Raise `StoreUnavailable` if Redis cannot be reached or cannot accept the command."""
    try:
        yield
    # Read-only: a replica that has not taken over yet. Out of memory: refused before a script writes anything.
    except (NotConnected, TimedOut, ReadOnlyError, OutOfMemoryError) as error:
        raise StoreUnavailable(error, "Redis") from error
