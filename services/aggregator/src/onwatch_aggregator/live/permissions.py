"""What a user of Redis needs to be the aggregator. `onwatch doctor` also lists keys, with another user."""

from __future__ import annotations

from onwatch_aggregator.live.keys import PREFIX

# CLIENT SETINFO, which the client sends and need not be answered, is unknown to servers before 7.2.
OF_THE_CLIENT = ("discard", "exec", "multi", "ping", "select")
OF_THE_STORE = (
    "eval",
    "evalsha",
    "exists",
    "hget",
    "hgetall",
    "hmget",
    "hscan",
    "lrange",
    "pexpire",
    "sadd",
    "smembers",
    "srem",
    "zadd",
    "zrangebyscore",
    "zrem",
)
OF_THE_SCRIPTS = (
    "del",
    "get",
    "hdel",
    "hexists",
    "hincrby",
    "hset",
    "hsetnx",
    "rpush",
    "set",
)
"""Besides those of the store."""

RULES = (
    f"~{PREFIX}*",
    "resetchannels",
    "-@all",
    *(f"+{command}" for command in sorted({*OF_THE_CLIENT, *OF_THE_STORE, *OF_THE_SCRIPTS})),
)
"""Rules of an access control list of Redis 6.2 or newer."""
