"""Uploads: from the multipart body of a request to a new video."""

from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.uploads.receiver import UploadReceiver

__all__ = ["UploadForm", "UploadReceiver"]
