"""Videos in an object store: S3, Google Cloud Storage or Azure, read by range through a cache on this machine."""

from onwatch_media.stored.block_cache import BLOCK_BYTES, BlockCache
from onwatch_media.stored.object_store import Listed, ObjectStore, StoredObject

__all__ = ["BLOCK_BYTES", "BlockCache", "Listed", "ObjectStore", "StoredObject"]
