"""Inspects an uploaded file, and says as a problem why it does not become a video."""

from __future__ import annotations

from typing import Protocol

from onwatch_catalog import errors
from onwatch_media import (
    Inspection,
    LimitExceeded,
    NoFrames,
    NotOpened,
    NoVideoStream,
    PictureTooLarge,
    Truncated,
    VideoSource,
    VideoUnusable,
)


class FileInspector(Protocol):
    """`onwatch_media.Inspector`: in a process of its own, within limits."""

    async def inspect(self, source: VideoSource, *, counted_rate: float | None = None) -> tuple[Inspection, bytes]:
        """What the file is, and its thumbnail. `VideoUnusable`, and what reading a stored file raises."""
        ...


async def inspect(
    inspector: FileInspector, source: VideoSource, recorded_fps: float | None = None
) -> tuple[Inspection, bytes]:
    """What the file is, and its thumbnail; an `UnusableFile` error states what is wrong with it.

    `recorded_fps`: the rate if the file has no timestamps.
    """
    try:
        return await inspector.inspect(source, counted_rate=recorded_fps)
    except VideoUnusable as error:
        raise problem_of(error) from error


def problem_of(error: VideoUnusable) -> errors.UnusableFile:
    match error:
        case NotOpened():
            return errors.NotAVideo(str(error))
        case NoVideoStream():
            return errors.NoVideoStream(error.kinds)
        case NoFrames():
            return errors.NoFrames(error.frames)
        case Truncated():
            return errors.TruncatedVideo(str(error))
        case PictureTooLarge():
            return errors.PictureTooLarge(str(error))
        case LimitExceeded():
            return errors.InspectionLimitExceeded(str(error))
    return errors.NotAVideo(str(error))
