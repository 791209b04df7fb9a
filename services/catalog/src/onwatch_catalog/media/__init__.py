"""The files of videos: where they are stored, and whether they are usable."""

from onwatch_catalog.media.files import CLOCK, PARTIAL, THUMBNAIL, Files, FolderEntry, MediaFolder
from onwatch_catalog.media.inspection import FileInspector, inspect, problem_of
from onwatch_catalog.media.unfinished_restore import (
    FOLDER as RESTORE_FOLDER,
)
from onwatch_catalog.media.unfinished_restore import (
    MARK as RESTORE_MARK,
)
from onwatch_catalog.media.unfinished_restore import (
    RestoreUnfinished,
    is_half_replaced,
    restore_folder,
)

__all__ = [
    "CLOCK",
    "PARTIAL",
    "RESTORE_FOLDER",
    "RESTORE_MARK",
    "THUMBNAIL",
    "FileInspector",
    "Files",
    "FolderEntry",
    "MediaFolder",
    "RestoreUnfinished",
    "inspect",
    "is_half_replaced",
    "problem_of",
    "restore_folder",
]
