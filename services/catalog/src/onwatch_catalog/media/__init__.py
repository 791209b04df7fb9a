"""The files of videos: where they are stored, and whether they are usable."""

from onwatch_catalog.media.files import PARTIAL, THUMBNAIL, Files, FolderEntry, MediaFolder
from onwatch_catalog.media.inspection import FileInspector, inspect, problem_of

__all__ = [
    "PARTIAL",
    "THUMBNAIL",
    "FileInspector",
    "Files",
    "FolderEntry",
    "MediaFolder",
    "inspect",
    "problem_of",
]
