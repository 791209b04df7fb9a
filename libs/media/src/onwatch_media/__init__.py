"""Opens video files: which stream, which times, which way up; the same for every service."""

from onwatch_media.container import NotOpened, NoVideoStream, PictureTooLarge, VideoUnusable
from onwatch_media.display import Display, Orientation, Picture
from onwatch_media.file import (
    ASSUMED_RATE,
    MAX_PIXELS,
    Place,
    TimedFrame,
    VideoFile,
)
from onwatch_media.formats import ContainerFormat, format_by_signature
from onwatch_media.inspection import Encrypted, Inspection, NoFrames, Truncated, inspect
from onwatch_media.isolation import Inspector, LimitExceeded, Limits
from onwatch_media.thumbnail import make_thumbnail

__all__ = [
    "ASSUMED_RATE",
    "MAX_PIXELS",
    "ContainerFormat",
    "Display",
    "Encrypted",
    "Inspection",
    "Inspector",
    "LimitExceeded",
    "Limits",
    "NoFrames",
    "NoVideoStream",
    "NotOpened",
    "Orientation",
    "Picture",
    "PictureTooLarge",
    "Place",
    "TimedFrame",
    "Truncated",
    "VideoFile",
    "VideoUnusable",
    "format_by_signature",
    "inspect",
    "make_thumbnail",
]
