"""The record of an upload that is not a video yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class UnfinishedUpload:
    """How much of the file has arrived is the size of its partial file."""

    video_id: str
    """Of the upload, and of the video that it becomes."""
    name: str
    filename: str
    recorded_fps: float | None
    size_bytes: int
    """Of the whole file."""
    expires_at: datetime
    """Without a further byte it is deleted then."""
    folder_id: str | None = None
    """Where the video will be."""
