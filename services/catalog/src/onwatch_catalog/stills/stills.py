"""Makes stills on request: those of one video together in one process, and kept in memory for a while."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import NoStill, StillsBusy, StoreUnavailable
from onwatch_catalog.videos import VideoLibrary
from onwatch_media import StillOrder, VideoSource, VideoUnusable

log = logging.getLogger(__name__)

PER_PROCESS = 24
"""Orders of one process: its start takes 0.3 s, which they share; the first picture waits for all."""
MAX_WAITING = 300
"""Of all videos; a page asks for those on the screen."""


class MakesStills(Protocol):
    """`onwatch_media.StillMaker`: in a process of its own, within limits."""

    async def make(
        self, source: VideoSource, orders: Sequence[StillOrder], *, counted_rate: float | None = None
    ) -> tuple[bytes, ...]:
        """A JPEG for each order, empty where nothing can be decoded. `VideoUnusable` otherwise."""
        ...


@dataclass(frozen=True)
class _File:
    """What the pictures depend on."""

    video_id: str
    source: VideoSource
    counted_rate: float | None


Waiting = dict[StillOrder, asyncio.Future[bytes]]


@dataclass
class Stills:
    """One event loop. One process at a time: stills are for people who look at results, runs come first."""

    library: VideoLibrary
    maker: MakesStills
    cache_bytes: int
    _cache: OrderedDict[tuple[_File, StillOrder], bytes] = field(default_factory=OrderedDict, init=False)
    _cached_bytes: int = field(default=0, init=False)
    _waiting: dict[_File, Waiting] = field(default_factory=dict, init=False)
    _work: dict[_File, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1), init=False)

    async def still(self, video_id: str, order: StillOrder) -> bytes:
        """JPEG. `NoStill` where nothing can be decoded, `StillsBusy` when too many wait."""
        video, source = await self.library.content(video_id)
        file = _File(video_id, source, video.recorded_fps)
        if (known := self._cache.get((file, order))) is not None:
            self._cache.move_to_end((file, order))
            return known
        waiting = self._waiting.setdefault(file, {})
        if order not in waiting:
            if sum(map(len, self._waiting.values())) >= MAX_WAITING:
                raise StillsBusy(MAX_WAITING)
            waiting[order] = asyncio.get_running_loop().create_future()
        if file not in self._work:
            self._work[file] = asyncio.create_task(self._make_all(file), name=f"stills of {video_id}")
        # Several requests may wait for one picture: none of them cancels it for the others.
        made = await asyncio.shield(waiting[order])
        if not made:
            raise NoStill(video_id, order.at_s)
        return made

    async def close(self) -> None:
        """End the process that runs; requests that wait are cancelled."""
        work = list(self._work.values())
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for waiting in self._waiting.values():
            for future in waiting.values():
                future.cancel()

    async def _make_all(self, file: _File) -> None:
        try:
            while waiting := self._waiting.get(file):
                async with self._free:
                    orders = list(waiting)[:PER_PROCESS]
                    pictures = await self._made(file, orders)
                for order, picture in zip(orders, pictures, strict=True):
                    self._keep(file, order, picture)
                    waiting.pop(order).set_result(picture)
        except Exception as error:  # whoever waits has to hear of it: nobody else awaits this task
            log.exception("the pictures of video %s that were asked for are not made", file.video_id)
            for future in self._waiting.pop(file, {}).values():
                future.set_exception(error)
        finally:
            del self._work[file]
            if not self._waiting.get(file):
                self._waiting.pop(file, None)

    async def _made(self, file: _File, orders: Sequence[StillOrder]) -> Sequence[bytes]:
        try:
            return await self.maker.make(file.source, orders, counted_rate=file.counted_rate)
        except StoreUnavailable:
            raise
        except (VideoUnusable, OSError) as error:  # the text names the file, which is for the log alone
            log.warning("no stills of video %s: %s", file.video_id, error)
            return [b""] * len(orders)

    def _keep(self, file: _File, order: StillOrder, picture: bytes) -> None:
        if not picture:
            return
        self._cache[file, order] = picture
        self._cached_bytes += len(picture)
        while self._cached_bytes > self.cache_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= len(oldest)
