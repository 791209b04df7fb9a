"""The files of videos: where they are stored, and whether they are usable."""

from onwatch_catalog.media.choice import files_of
from onwatch_catalog.media.files import (
    CLOCK,
    CONTENT_CACHE,
    PARTIAL,
    THUMBNAIL,
    Files,
    FolderEntry,
    MediaFolder,
    ServedAs,
    Written,
)
from onwatch_catalog.media.in_threads import completed, writing
from onwatch_catalog.media.inspection import FileInspector, inspect, problem_of
from onwatch_catalog.media.stored_files import BEGUN, PART_NAME, StoredFiles, headers_of
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
    "BEGUN",
    "CLOCK",
    "CONTENT_CACHE",
    "PARTIAL",
    "PART_NAME",
    "RESTORE_FOLDER",
    "RESTORE_MARK",
    "THUMBNAIL",
    "FileInspector",
    "Files",
    "FolderEntry",
    "MediaFolder",
    "RestoreUnfinished",
    "ServedAs",
    "StoredFiles",
    "Written",
    "completed",
    "files_of",
    "headers_of",
    "inspect",
    "is_half_replaced",
    "problem_of",
    "restore_folder",
    "writing",
]
