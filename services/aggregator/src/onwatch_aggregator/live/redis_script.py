"""A Lua script in Redis, called by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError


class RedisScript:
    """A script in `scripts/`, sent in full only to a server that does not have it yet.

    A server loses its scripts when it restarts, and a replica that takes over never had them. redis-py's
    `register_script` then sends SCRIPT LOAD and EVALSHA: two commands, which a failover can separate and which in a
    cluster need not reach the same node. EVAL is one command, goes to the node of the keys, and caches the script
    there. Not for pipelines, where NOSCRIPT is answered too late.
    """

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._text = (files("onwatch_aggregator.live") / "scripts" / f"{name}.lua").read_text(encoding="utf-8")
        # Redis identifies a script by its SHA-1; nothing here is secret.
        self.digest = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], args: Sequence[str | int | bytes]) -> Any:
        parameters = cast("tuple[str, ...]", (*keys, *args))
        try:
            return await cast("Any", self._redis.evalsha(self.digest, len(keys), *parameters))
        except NoScriptError:
            return await cast("Any", self._redis.eval(self._text, len(keys), *parameters))
