"""Where the files of videos are, by the settings: in a folder or in an object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onwatch.backup.media_files import FolderFiles, MediaFiles
from onwatch.backup.staging import FolderStaging, Staging, locked
from onwatch.backup.stored_media import StoredStaging, StoreFiles, store_of
from onwatch_catalog.settings import CatalogSettings


def media_files(settings: CatalogSettings) -> MediaFiles:
    """To be read."""
    if settings.media_url is None:
        return FolderFiles(settings.media)
    return StoreFiles(store_of(settings, settings.media_url))


@contextmanager
def staging(settings: CatalogSettings) -> Iterator[Staging]:
    """To be replaced. `RestoreRefused` while another restore of this machine does; PostgreSQL has a lock for all."""
    if settings.media_url is None:
        with locked(settings.media):
            yield FolderStaging(settings.media)
    else:
        with locked(settings.media_cache):
            yield StoredStaging(settings, store_of(settings, settings.media_url))
