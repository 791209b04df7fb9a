"""The store of videos: the port.

Every method is one transaction and raises `StoreUnavailable` when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.paging import NEWEST_FIRST, PageKey
from onwatch_catalog.records.site import StoredSite, VideoSite
from onwatch_catalog.records.video import AnalysisRequest, StoredVideo
from onwatch_contracts.messages import Message

Rule = Callable[[StoredVideo], StoredVideo]
SiteRule = Callable[[VideoSite], VideoSite]
SiteMessages = Callable[[VideoSite, VideoSite], Sequence[Message]]
"""The messages of a change, from what was before it and what is after it."""
Also = Callable[[AsyncConnection, StoredVideo], Awaitable[None]]
"""What is done within the transaction of a change, with the video as it was before."""


class VideoStore(Protocol):
    """Videos and pending deletions.

    The deletion of a folder is pending while an upload fills it and while a deletion empties it. One of a process that
    does not live was interrupted. A message given to a method is written to the outbox in the same
    transaction.
    """

    async def find(self, video_id: str) -> StoredVideo | None: ...

    async def page(
        self, limit: int, after: PageKey | None, listing: Listing = NEWEST_FIRST, skipped: int = 0
    ) -> Sequence[StoredVideo]:
        """At most `limit` videos of the listing after the key, without the first `skipped` of them."""
        ...

    async def count(self, listing: Listing) -> int:
        """How many videos the listing has."""
        ...

    async def refresh_name_keys(self) -> None:
        """Set the keys of names that another version has written."""
        ...

    async def pending_analyses(self, limit: int) -> Sequence[AnalysisRequest]:
        """The `limit` oldest requests."""
        ...

    async def queued_analyses(self, limit: int, listing: Listing) -> Sequence[str]:
        """The videos of the `limit` oldest requests that have not begun, of those in the listing."""
        ...

    async def change(
        self, video_id: str, rule: Rule, message: Message | None = None, also: Also | None = None
    ) -> StoredVideo | None:
        """Replace the video by the result of the rule; None if there is no such video.

        The row is locked between reading and writing. A rule that changes nothing sends no message; `also` is done
        in any case.
        """
        ...

    async def find_site(self, video_id: str) -> VideoSite | None: ...

    async def videos_without_site(self, limit: int) -> Sequence[StoredVideo]:
        """Those whose site has never been stored: they were added by a version before sites."""
        ...

    async def change_site(self, video_id: str, rule: SiteRule, messages: SiteMessages) -> VideoSite | None:
        """Replace a video and its site by the result of the rule; None if there is no such video.

        As `change`. If the `Site` differs, or none was stored, it gets the next revision.
        """
        ...

    async def add(
        self, video: StoredVideo, *messages: Message, site: StoredSite | None = None, is_received: bool = False
    ) -> None:
        """Add a video whose files are complete; its pending deletion by this process, or its upload, ends.

        `FolderNotFound` if the folder that it is to be in was deleted meanwhile. With `is_received`,
        `FilesTakenOver` if there is neither: others took this process for dead, and delete the files.
        """
        ...

    async def remove(self, video_id: str, message: Message) -> bool:
        """Remove the video and add a pending deletion of its folder; False if there was no such video."""
        ...

    async def add_pending_deletion(self, video_id: str) -> None:
        """Called before the first byte of an upload is written."""
        ...

    async def pending_deletions(self) -> Sequence[str]:
        """The ids of videos whose folders are to be deleted."""
        ...

    async def take_pending_deletions(self) -> Sequence[str]:
        """Those of processes that do not live, or of nobody, which are of this process from now on."""
        ...

    async def leave_pending_deletion(self, video_id: str) -> None:
        """It is of nobody from now on."""
        ...

    async def is_deletion_pending(self, video_id: str) -> bool: ...

    async def end_pending_deletion(self, video_id: str) -> None:
        """Called once the folder is deleted."""
        ...

    async def check(self) -> None:
        """Raise when the database cannot be reached."""
        ...
