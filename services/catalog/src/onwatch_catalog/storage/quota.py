"""The quota: how much the video files of all videos, uploads and joins may take together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import StorageQuotaExceeded
from onwatch_contracts.http import StorageUsage


class StoredBytes(Protocol):
    """`VideoStore`, of which nothing else is needed."""

    async def stored_bytes(self, without: Collection[str] = ()) -> int: ...


@dataclass
class StorageQuota:
    """Space is reserved before it is written, so that uploads at the same time cannot pass the limit together.

    What is stored is the sum of the sizes in the database. What is being written without a record there is reserved in
    memory: one process writes the media folder.

    The sum is kept until a reservation ends, since nothing else adds to it. It is renewed before anything is refused,
    since videos may have been deleted.
    """

    store: StoredBytes
    limit_bytes: int | None
    """None: no limit, and then nothing is counted."""
    _reserved: dict[str, int] = field(default_factory=dict)
    _stored_bytes: int | None = None
    """Without what is reserved; None: it has to be added up."""
    _releases_count: int = 0
    _deciding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def usage(self) -> StorageUsage:
        return StorageUsage(used_bytes=await self._used_bytes(), limit_bytes=self.limit_bytes)

    async def reserve(self, owner: str, size_bytes: int) -> None:
        """Reserve as much in total for a video, an upload or a join; `StorageQuotaExceeded`."""
        if self.limit_bytes is None or size_bytes <= self._reserved.get(owner, -1):
            return
        async with self._deciding:
            if self._stored_bytes is None or self._others_bytes(owner) + size_bytes > self.limit_bytes:
                used_bytes = await self._used_bytes() - self._reserved.get(owner, 0)
                if used_bytes + size_bytes > self.limit_bytes:
                    raise StorageQuotaExceeded(size_bytes, used_bytes, self.limit_bytes)
            self._reserved[owner] = size_bytes

    def release(self, owner: str) -> None:
        """Called when it is in the database, or deleted."""
        if self._reserved.pop(owner, None) is not None:
            self._stored_bytes = None
            self._releases_count += 1

    @asynccontextmanager
    async def reserved(self, owner: str, size_bytes: int) -> AsyncIterator[None]:
        """`reserve` while the context is open."""
        try:
            await self.reserve(owner, size_bytes)
            yield
        finally:
            self.release(owner)

    async def _used_bytes(self) -> int:
        """A reserved video may just have been added: it counts once."""
        reserved, releases_count = dict(self._reserved), self._releases_count
        stored_bytes = await self.store.stored_bytes(reserved)
        if releases_count == self._releases_count:  # else it lacks what was released meanwhile
            self._stored_bytes = stored_bytes
        return stored_bytes + sum(reserved.values())

    def _others_bytes(self, owner: str) -> int:
        return (self._stored_bytes or 0) + sum(self._reserved.values()) - self._reserved.get(owner, 0)
