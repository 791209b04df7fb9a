"""Opens video files: which stream, which times, which way up; the same for every service."""

from onwatch_media.clock_file import clock_path, has_clock, is_clock_of
from onwatch_media.container import NotOpened, NoVideoStream, PictureTooLarge, VideoUnusable
from onwatch_media.display import MAX_PIXELS, Display, Grey, Orientation, Picture, grey_copy
from onwatch_media.file import (
    ASSUMED_RATE,
    Place,
    TimedFrame,
    VideoFile,
)
from onwatch_media.formats import ContainerFormat, format_by_signature
from onwatch_media.giving import GivenReads
from onwatch_media.inspection import Encrypted, Inspection, NoFrames, Truncated, inspect
from onwatch_media.isolation import Inspector, LimitExceeded, Limits
from onwatch_media.join import NotJoinable, Seam, join
from onwatch_media.joiner import Joiner, Order, Recording, RecordingRefused
from onwatch_media.opening import StoredFile, Version, VideoSource, take_files
from onwatch_media.recorded import LONGEST_GAP_S, FileTimes, TimeSource, consecutive, in_order, time_in_name
from onwatch_media.still_maker import StillMaker
from onwatch_media.stills import StillOrder
from onwatch_media.thumbnail import make_thumbnail

__all__ = [
    "ASSUMED_RATE",
    "LONGEST_GAP_S",
    "MAX_PIXELS",
    "ContainerFormat",
    "Display",
    "Encrypted",
    "FileTimes",
    "GivenReads",
    "Grey",
    "Inspection",
    "Inspector",
    "Joiner",
    "LimitExceeded",
    "Limits",
    "NoFrames",
    "NoVideoStream",
    "NotJoinable",
    "NotOpened",
    "Order",
    "Orientation",
    "Picture",
    "PictureTooLarge",
    "Place",
    "Recording",
    "RecordingRefused",
    "Seam",
    "StillMaker",
    "StillOrder",
    "StoredFile",
    "TimeSource",
    "TimedFrame",
    "Truncated",
    "Version",
    "VideoFile",
    "VideoSource",
    "VideoUnusable",
    "clock_path",
    "consecutive",
    "format_by_signature",
    "grey_copy",
    "has_clock",
    "in_order",
    "inspect",
    "is_clock_of",
    "join",
    "make_thumbnail",
    "take_files",
    "time_in_name",
]
