"""The connection to Redis."""

from __future__ import annotations

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.maint_notifications import MaintNotificationsConfig

from onwatch_aggregator.settings import AggregatorSettings

RETRIES, RETRY_FIRST_S, RETRY_MOST_S = 3, 0.05, 0.5


def connect_redis(settings: AggregatorSettings) -> Redis:
    """A client that connects when it is first used; closing it closes its connections."""
    pool = BlockingConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        max_connections=settings.redis_connections,
        timeout=settings.redis_timeout_s,  # for a connection to come free
        socket_timeout=settings.redis_timeout_s,
        socket_connect_timeout=settings.redis_timeout_s,
        # Said here, because the client's own default tries everything eleven times. Everything that the live store
        # sends may be sent twice, so a connection that broke is worth a few quick tries. A server that answers too
        # slowly is not asked again: it is busy enough, and whoever waits would wait that many times as long. The
        # patient tries are the bus's, and the caller's.
        retry=Retry(ExponentialBackoff(base=RETRY_FIRST_S, cap=RETRY_MOST_S), RETRIES, (NotConnected,)),
        # Of Redis Enterprise. Where they are on, a connection that comes back with somebody else's answer on it is
        # not thrown away; off, that is looked for each time.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    return Redis.from_pool(pool)
