"""Videos in an object store that is in memory, for tests of what reads them."""

from __future__ import annotations

from pathlib import Path

from obstore.store import MemoryStore

from onwatch_media.stored import BlockCache, ObjectStore, StoredObject


class StoreAway(Exception):
    """What a store of tests raises for any error of it."""


def memory_store(folder: Path, block_bytes: int = 64 * 1024) -> ObjectStore:
    """With a cache of a few blocks in the folder."""
    return ObjectStore(MemoryStore(), BlockCache(folder, 8 * block_bytes, block_bytes), StoreAway)


def stored_copy(path: Path, folder: Path) -> StoredObject:
    """The file in a new store, whose cache is in the folder; one that is deleted where there is no such file."""
    store, key = memory_store(folder), f"v/{path.name}"
    if not path.is_file():
        return StoredObject(store, key, 1000)
    content = path.read_bytes()
    store.put(key, content)
    return StoredObject(store, key, len(content))
