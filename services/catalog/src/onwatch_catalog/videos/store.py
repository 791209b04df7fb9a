"""Where videos are kept: the port. Every method is one transaction; `StoreUnavailable` when it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from onwatch_catalog.analysis.requests import StandingAnalysis
from onwatch_catalog.videos.paging import PageKey
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.messages import Message

Rule = Callable[[StoredVideo], StoredVideo]


class VideoStore(Protocol):
    """Videos, and the folders that are to go.

    A folder is doomed while it is filled or emptied: one that is doomed when the catalog starts was cut short.
    A message that is given goes to the outbox in the same transaction.
    """

    async def find(self, video_id: str) -> StoredVideo | None: ...

    async def page(self, limit: int, after: PageKey | None) -> Sequence[StoredVideo]:
        """At most `limit` videos, newest first, from behind `after`."""
        ...

    async def standing_analyses(self, limit: int) -> Sequence[StandingAnalysis]:
        """The `limit` oldest requests."""
        ...

    async def in_run(self) -> Sequence[StoredVideo]:
        """Videos that stream, or are paused because their worker fell silent."""
        ...

    async def change(self, video_id: str, rule: Rule, message: Message | None = None) -> StoredVideo | None:
        """Replace the video by what the rule makes of it; None if there is none.

        Nobody else changes it between reading and writing. A rule that changes nothing sends no message.
        """
        ...

    async def doom(self, video_id: str) -> None:
        """Note, before the first byte is written, that this folder is to go."""
        ...

    async def add(self, video: StoredVideo, message: Message) -> None:
        """The folder is complete: it is not doomed any more, and the video exists."""
        ...

    async def remove(self, video_id: str, message: Message) -> bool:
        """The video exists no more, its folder is doomed; False if there was none."""
        ...

    async def doomed(self) -> Sequence[str]: ...

    async def is_doomed(self, video_id: str) -> bool: ...

    async def forget(self, video_id: str) -> None:
        """The doomed folder is gone."""
        ...

    async def check(self) -> None:
        """Raise when the database is not reached."""
        ...
