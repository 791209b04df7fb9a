"""Which videos are listed, and in which order: values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from onwatch_contracts.folders import NO_FOLDER as NO_FOLDER
from onwatch_contracts.http import VideoSort, VideoStatus

DESCENDING = "-"


@dataclass(frozen=True)
class Listing:
    """Videos that meet every condition; without any, all of them, newest first."""

    words: tuple[str, ...] = ()
    """Each has to be in the name, however it is written."""
    statuses: tuple[VideoStatus, ...] = ()
    """Any of them; empty: every status."""
    is_queued: bool | None = None
    """Whether an analysis is requested and has not begun; None: either."""
    created_from: datetime | None = None
    created_before: datetime | None = None
    sort: VideoSort = VideoSort.NEWEST
    video_ids: tuple[str, ...] | None = None
    """None but these, and those in `folder_ids`; None: all."""
    folder_ids: tuple[str, ...] = ()
    folder: str | None = None
    """None but those in this folder; `NO_FOLDER`: in no folder; None: wherever they are."""

    @property
    def field(self) -> str:
        """What is sorted by; the id decides between equals."""
        return self.sort.removeprefix(DESCENDING)

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith(DESCENDING)

    def reversed(self) -> Listing:
        return replace(self, sort=VideoSort(self.field if self.is_descending else DESCENDING + self.field))
