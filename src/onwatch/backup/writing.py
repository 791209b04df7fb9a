"""Makes a backup of a running or a stopped system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import BinaryIO

from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.errors import explained
from onwatch.backup.manifest import HEADING, DatabaseEntry, Heading, Manifest
from onwatch.backup.media_files import MediaFiles, Missing, copied
from onwatch.backup.owners import APPLICATION, CATALOG, owners_of
from onwatch.backup.places import media_files
from onwatch.backup.progress import Watch
from onwatch.backup.tables import dumped, expect_newest
from onwatch.backup.target import expect_space, file_for, written
from onwatch.doctor import Stores
from onwatch_catalog.backup import video_files
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe import expect_sqlite_file
from onwatch_sql.dump import size_bytes, snapshots

ExpectSpace = Callable[[int], None]


@dataclass(frozen=True)
class _Read:
    """What the snapshots had."""

    databases: tuple[DatabaseEntry, ...]
    files: dict[str, str]


def backup_to_file(stores: Stores, target: Path, clock: Clock, watch: Watch) -> tuple[Path, Manifest]:
    """The file, a new one, and what is in it. `BackupFailed`, `ExaminationFailed` without a database."""
    file = file_for(target, clock.now())
    with explained(f"writing {file}"), written(file) as stream:
        return file, backup_to_stream(
            stores, stream, clock, watch, lambda needed_bytes: expect_space(file.parent, needed_bytes, "the backup")
        )


def backup_to_stream(
    stores: Stores, stream: BinaryIO, clock: Clock, watch: Watch, expect_space: ExpectSpace = lambda _: None
) -> Manifest:
    """First the tables, then the files, so that every row has its file.

    The tables are of one moment each, and both of the same one if they share a database. A video that is deleted
    afterwards may have lost its file: it is named in the manifest, and not restored.
    """
    media = media_files(stores.catalog)
    for owner in owners_of(stores):
        expect_sqlite_file(f"the {owner.name}'s database", owner.settings.database)
    writer, began_at = ArchiveWriter(stream), clock.now()
    heading = Heading(onwatch_version=version_of("onwatch"), began_at=began_at)
    writer.add(HEADING, heading.model_dump_json(indent=1).encode(), began_at.timestamp())
    read = _tables(stores, media, writer, began_at, watch, expect_space)
    missing = copied(media, read.files, writer, watch)
    deleted = frozenset(read.files) - _existing(stores)
    manifest = _manifest(heading, clock, writer, read, deleted, missing)
    watch.step("manifest")
    writer.finish(manifest)
    return manifest


def _tables(
    stores: Stores, media: MediaFiles, writer: ArchiveWriter, at: datetime, watch: Watch, expect_space: ExpectSpace
) -> _Read:
    owners = owners_of(stores)
    with (
        explained("reading the databases"),
        snapshots([owner.owned for owner in owners], APPLICATION) as connections,
    ):
        for owner, connection in zip(owners, connections, strict=True):
            expect_newest(owner.database, connection)
        files = video_files(connections[0])
        with explained("listing the files"):
            of_files = media.total_bytes(files.values())
        of_tables = sum(
            size_bytes(owner.database, connection) for owner, connection in zip(owners, connections, strict=True)
        )
        expect_space(of_files + of_tables)
        watch.expect("Backing up", of_files + of_tables)
        watch.step("snapshots")
        databases = tuple(
            dumped(owner.database, connection, writer, at.timestamp(), watch)
            for owner, connection in zip(owners, connections, strict=True)
        )
    return _Read(databases, files)


def _existing(stores: Stores) -> frozenset[str]:
    """Ids of the videos that exist now."""
    with (
        explained("reading the catalog's database"),
        snapshots([(CATALOG, stores.catalog)], APPLICATION) as (connection,),
    ):
        return frozenset(video_files(connection))


def _manifest(
    heading: Heading, clock: Clock, writer: ArchiveWriter, read: _Read, deleted: frozenset[str], missing: Missing
) -> Manifest:
    return Manifest(
        heading=heading,
        finished_at=clock.now(),
        databases=read.databases,
        videos_count=len(read.files) - len(deleted),
        deleted=tuple(sorted(deleted)),
        missing=missing.of_existing(deleted),
        parts=tuple(writer.parts),
    )
