"""Uploads that are resumed after a lost connection: the tus protocol 1.0."""

from onwatch_catalog.resumable.routes import add_uploads
from onwatch_catalog.resumable.store import UploadStore
from onwatch_catalog.resumable.uploads import REFUSED, ResumableUploads

__all__ = ["REFUSED", "ResumableUploads", "UploadStore", "add_uploads"]
