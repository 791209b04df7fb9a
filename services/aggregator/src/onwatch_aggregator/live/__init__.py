"""Runs under way in Redis: live totals, leases and checkpoints."""

from onwatch_aggregator.live.inventory import FinishingEntry, LiveKey, RedisInventory
from onwatch_aggregator.live.live_run import LiveRun, RunState
from onwatch_aggregator.live.permissions import RULES
from onwatch_aggregator.live.redis_client import connect_redis
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import (
    ClaimAttempt,
    Committed,
    Impossible,
    Lease,
    LeaseEnded,
    LeaseExpired,
    LeaseHeld,
    LiveStore,
    Refused,
    Rejected,
    RunGone,
    RunUnknown,
)
from onwatch_aggregator.live.timestamps import EPOCH

__all__ = [
    "EPOCH",
    "RULES",
    "ClaimAttempt",
    "Committed",
    "FinishingEntry",
    "Impossible",
    "Lease",
    "LeaseEnded",
    "LeaseExpired",
    "LeaseHeld",
    "LiveKey",
    "LiveRun",
    "LiveStore",
    "RedisInventory",
    "RedisLiveStore",
    "Refused",
    "Rejected",
    "RunGone",
    "RunState",
    "RunUnknown",
    "connect_redis",
]
