"""Uploads: from the multipart body of a request to a new video."""

from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.uploads.receiver import ReceivedFile, UploadReceiver

__all__ = ["ReceivedFile", "UploadForm", "UploadReceiver"]
