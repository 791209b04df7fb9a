"""Settings of the aggregator."""

from __future__ import annotations

from pydantic import Field, SecretStr

from onwatch_aggregator.live.redis_store import Lifetimes
from onwatch_sql.settings import DatabaseSettings

DAY_S = 86_400.0


class AggregatorSettings(DatabaseSettings, env_prefix="ONWATCH_AGGREGATOR_"):
    """`ONWATCH_AGGREGATOR_<NAME>` for each field."""

    sqlite_file = "analytics.db"

    # --- where things are kept; secret, because an address may hold a password
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    redis_connections: int = Field(default=20, ge=1, description="at most; further commands wait for one")
    redis_timeout_s: float = Field(default=5.0, gt=0, description="for one command; then the message is tried again")

    # --- PostgreSQL's limits, where they are not the usual ones
    database_statement_timeout_s: float = Field(
        default=30.0, gt=0, description="for one statement, the largest run's COPY too; then the server ends it"
    )

    # --- how long things live in Redis
    lease_s: float = Field(
        default=3.0, gt=0, description="a worker silent this long loses its run; batches come 4 times a second"
    )
    idle_ttl_s: float = Field(default=7 * DAY_S, gt=0, description="a paused run that nobody resumes is forgotten")
    persisted_ttl_s: float = Field(default=600.0, gt=0, description="for repeats that come late, after SQL has the run")
    tombstone_ttl_s: float = Field(default=DAY_S, gt=0, description="longer than any message of a deleted video waits")

    # --- finishing
    finish_retry_s: float = Field(
        default=30.0, gt=0, description="a final run not in SQL after this long is announced again: SQL was away"
    )

    @property
    def lifetimes(self) -> Lifetimes:
        return Lifetimes(
            lease_s=self.lease_s,
            idle_ttl_s=self.idle_ttl_s,
            persisted_ttl_s=self.persisted_ttl_s,
            tombstone_ttl_s=self.tombstone_ttl_s,
        )
