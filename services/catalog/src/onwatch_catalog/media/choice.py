"""Chooses where files are stored, by the settings."""

from __future__ import annotations

from onwatch_catalog.errors import ObjectStoreUnavailable
from onwatch_catalog.media.files import Files, MediaFolder
from onwatch_catalog.media.stored_files import StoredFiles
from onwatch_catalog.settings import CatalogSettings
from onwatch_media.stored import BlockCache, ObjectStore


def files_of(settings: CatalogSettings) -> Files:
    if settings.media_url is None:
        return MediaFolder(settings.media)
    cache = BlockCache(settings.media_cache, settings.media_cache_bytes)
    store = ObjectStore.of(
        settings.media_url, cache, ObjectStoreUnavailable, settings.tls_ca_file, settings.media_public_url
    )
    return StoredFiles(store, settings.media_cache, presigned_s=settings.media_presigned_s)
