"""The quota: how much the video files of all videos, uploads and joins may take together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import StorageQuotaExceeded, StoreUnavailable
from onwatch_contracts.http import StorageUsage
from onwatch_runtime.waiting import to_the_end

log = logging.getLogger(__name__)

STEP_BYTES = 16 << 20
"""What arrives without a declared size is reserved in such steps, where there is room for them."""


class QuotaStore(Protocol):
    """Shared by all processes. Every method raises `StoreUnavailable`."""

    async def used_bytes(self) -> int:
        """Of all videos, of unfinished uploads when they are complete, and what is reserved for others."""
        ...

    async def reserve_bytes(self, owner: str, size_bytes: int, limit_bytes: int) -> int | None:
        """Reserve as much in total for the owner, instead of what it had; else what is used without it."""
        ...

    async def release_bytes(self, owner: str) -> None: ...


@dataclass
class StorageQuota:
    """Space is reserved before it is written, so that uploads at the same time cannot pass the limit together."""

    store: QuotaStore
    limit_bytes: int | None
    """None: no limit, and then nothing is reserved."""
    _reserved: dict[str, int] = field(default_factory=dict)
    """By this process."""
    _unreleased: set[str] = field(default_factory=set)
    """While the database was away."""

    async def usage(self) -> StorageUsage:
        await self._release_rest()
        return StorageUsage(used_bytes=await self.store.used_bytes(), limit_bytes=self.limit_bytes)

    async def reserve(self, owner: str, size_bytes: int) -> None:
        """Reserve as much in total for a video, an upload or a join; `StorageQuotaExceeded`."""
        reserved = self._reserved.get(owner, -1)
        if self.limit_bytes is None or size_bytes <= reserved:
            return
        await self._release_rest()
        if reserved >= 0:  # it grows
            ahead = -(-size_bytes // STEP_BYTES) * STEP_BYTES
            if await self.store.reserve_bytes(owner, ahead, self.limit_bytes) is None:
                self._reserved[owner] = ahead
                return
        used_bytes = await self.store.reserve_bytes(owner, size_bytes, self.limit_bytes)
        if used_bytes is not None:
            raise StorageQuotaExceeded(size_bytes, used_bytes, self.limit_bytes)
        self._reserved[owner] = size_bytes

    async def release(self, owner: str) -> None:
        """Called when it is in the database, or deleted."""
        if self.limit_bytes is None:
            return
        self._reserved.pop(owner, None)
        self._unreleased.add(owner)
        try:
            await self._release_rest()
        except StoreUnavailable as error:
            log.warning("what was reserved for %s is released later: %s", owner, error)

    @asynccontextmanager
    async def reserved(self, owner: str, size_bytes: int) -> AsyncIterator[None]:
        """`reserve` while the context is open."""
        try:
            await self.reserve(owner, size_bytes)
            yield
        finally:
            await to_the_end(self.release(owner))

    async def _release_rest(self) -> None:
        for owner in tuple(self._unreleased):
            await self.store.release_bytes(owner)
            self._unreleased.discard(owner)
