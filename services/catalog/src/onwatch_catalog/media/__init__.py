"""The files of videos: where they are stored, and whether they are usable."""

from onwatch_catalog.media.files import CLOCK, PARTIAL, THUMBNAIL, Files, FolderEntry, MediaFolder
from onwatch_catalog.media.inspection import FileInspector, inspect, problem_of

__all__ = [
    "CLOCK",
    "PARTIAL",
    "THUMBNAIL",
    "FileInspector",
    "Files",
    "FolderEntry",
    "MediaFolder",
    "inspect",
    "problem_of",
]
