"""The HTTP models of folders of videos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from onwatch_contracts.values import Count, Timestamp, Value, VideoId

NO_FOLDER = "none"
"""In place of the id of a folder: the videos that are in no folder. No folder has this id."""
MAX_MOVED_VIDEOS = 1000
"""Of one request."""

FolderId = VideoId


class Folder(Value):
    """A video is in one folder or in none; a folder has no folders inside."""

    id: FolderId
    name: str
    created_at: Timestamp
    videos_count: Count


class FolderList(Value):
    """By name."""

    items: tuple[Folder, ...]


class FolderName(Value):
    """Of a new folder, or the new name of one."""

    name: str
    """1 to 200 characters; no two folders have the same, without regard to case and accents."""


class VideoFolder(Value):
    """Where a video is."""

    folder_id: FolderId | None
    """Null: in no folder, or in one that the sender may not see."""


class VideosToMove(Value):
    """All of them, or none: one that does not exist refuses the others, too."""

    video_ids: Annotated[tuple[VideoId, ...], Field(min_length=1, max_length=MAX_MOVED_VIDEOS)]


# --- between gateway and catalog -----------------------------------------------------------------


class VideoIds(Value):
    video_ids: Annotated[tuple[VideoId, ...], Field(max_length=500)]


class FoldersOfVideos(Value):
    """Of videos and of uploads that are not videos yet."""

    folder_ids: Mapping[VideoId, FolderId]
    """By video; without those that are in no folder, or do not exist."""
