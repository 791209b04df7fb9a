"""The files of videos: where they are stored, whether they are usable, and their thumbnails."""

from onwatch_catalog.media.files import PARTIAL, THUMBNAIL, Files, FolderEntry, MediaFolder
from onwatch_catalog.media.probing import Probe, open_video, probe, video_stream
from onwatch_catalog.media.thumbnails import make_thumbnail

__all__ = [
    "PARTIAL",
    "THUMBNAIL",
    "Files",
    "FolderEntry",
    "MediaFolder",
    "Probe",
    "make_thumbnail",
    "open_video",
    "probe",
    "video_stream",
]
