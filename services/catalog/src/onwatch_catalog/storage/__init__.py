"""How much all video files may take together."""

from onwatch_catalog.storage.quota import StorageQuota
from onwatch_catalog.storage.routes import add_storage

__all__ = ["StorageQuota", "add_storage"]
