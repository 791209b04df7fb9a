"""Settings of the aggregator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, SecretStr

from onwatch_sql.settings import DatabaseSettings

DAY_S = 86_400.0


@dataclass(frozen=True)
class Lifetimes:
    """How long things are kept in Redis, in seconds."""

    lease_s: float = 3.0
    idle_ttl_s: float = 7 * DAY_S
    persisted_ttl_s: float = 600.0
    tombstone_ttl_s: float = DAY_S


class AggregatorSettings(DatabaseSettings, env_prefix="ONWATCH_AGGREGATOR_"):
    """`ONWATCH_AGGREGATOR_<NAME>` for each field."""

    sqlite_file = "analytics.db"

    # --- Redis; the address is secret, because it may contain a password
    redis_url: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:6379/0"), description="Redis; not used by onwatch up"
    )
    redis_connections: int = Field(default=20, ge=1, description="at most; further commands wait for a free one")
    redis_timeout_s: float = Field(default=5.0, gt=0, description="for one command; then the message is retried")

    # --- limits of PostgreSQL that differ from the usual ones
    database_statement_timeout_s: float = Field(
        default=30.0, gt=0, description="for one statement, also the COPY of the largest run; then the server ends it"
    )

    # --- how long things are kept in Redis
    lease_s: float = Field(
        default=3.0,
        gt=0,
        description="a worker that commits nothing for this long may lose its run to another one; "
        "batches come 4 times a second",
    )
    lost_after_s: float = Field(
        default=7.0,
        gt=0,
        description="after its lease ended, a run that nobody claims is published as lost; with the "
        "lease, as long as a worker waits for an acknowledgement (10 s), so that a slow worker keeps its run",
    )
    idle_ttl_s: float = Field(default=7 * DAY_S, gt=0, description="a paused run that nobody resumes is forgotten")
    persisted_ttl_s: float = Field(default=600.0, gt=0, description="for late repeats, after SQL has the run")
    tombstone_ttl_s: float = Field(default=DAY_S, gt=0, description="longer than any message of a deleted video waits")

    # --- finishing
    finish_retry_s: float = Field(
        default=30.0, gt=0, description="a final run that is not in SQL after this long is announced again"
    )

    # --- the log of detections in SQL
    log_retention_s: float = Field(
        default=0.0,
        ge=0,
        description="logs are removed this long after the end of their run, which cannot be counted again then; "
        "0: they are kept as long as their video",
    )

    # --- counting again
    recount_boxes_at_once: int = Field(
        default=1_000_000,
        ge=0,
        description="a log of more boxes is counted picture by picture, in ten times the time; "
        "the process takes 0.6 GB for a million, which is two hours of five boxes a picture",
    )

    parked_after_s: float = Field(
        default=300.0,
        gt=0,
        description="a vehicle that stands for longer than any traffic light or queue here is marked as parked, "
        "from the next recount on",
    )

    # --- tables
    type_scheme: Path | None = Field(
        default=None,
        description="a TOML or JSON file that groups the types of vehicles: name, groups (types by group) and heavy "
        "(groups); default: light, heavy, two-wheeler",
    )

    @property
    def lifetimes(self) -> Lifetimes:
        return Lifetimes(
            lease_s=self.lease_s,
            idle_ttl_s=self.idle_ttl_s,
            persisted_ttl_s=self.persisted_ttl_s,
            tombstone_ttl_s=self.tombstone_ttl_s,
        )
