"""Replaces a system by a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from onwatch.backup import servers
from onwatch.backup.archive import archive
from onwatch.backup.checking import checked
from onwatch.backup.errors import BackupFailed, RestoreRefused, explained
from onwatch.backup.loading import NewTables, new_tables
from onwatch.backup.manifest import Manifest
from onwatch.backup.owners import APPLICATION, Owner, owners_of
from onwatch.backup.places import staging
from onwatch.backup.present import Present, present_in, services_on
from onwatch.backup.progress import Watch
from onwatch.backup.staging import Staging
from onwatch.backup.target import expect_space
from onwatch.doctor import Stores
from onwatch_runtime.clock import Clock
from onwatch_sql.dump import sessions, sqlite_file

MayReplace = Callable[[Present, Manifest], bool]
"""Asked before a system that is not empty is replaced."""


@dataclass(frozen=True)
class Restore:
    """One restore of one backup."""

    stores: Stores
    source: Path
    clock: Clock
    watch: Watch

    def run(self, may_replace: MayReplace) -> Manifest:
        """What was restored.

        `BackupFailed` otherwise, of which `RestoreRefused` says that the system is in the way; in both cases the system
        is as it was, unless the text says that it is half replaced.
        """
        with explained(f"reading {self.source}"):
            manifest = checked(self.source, self.watch)
        self._expect_known(manifest)
        with explained("preparing the files"), staging(self.stores.catalog) as files:
            self._expect_replaceable(files, manifest, may_replace)
            self._expect_space(files, manifest)
            try:
                self._prepare_and_replace(files, manifest)
            except Exception:
                files.abandon()
                raise
        return manifest

    def _prepare_and_replace(self, files: Staging, manifest: Manifest) -> None:
        self.watch.expect("Restoring", manifest.files_bytes + sum(entry.text_bytes for entry in manifest.databases))
        with archive(self.source) as backup, new_tables(self._owners) as tables:
            tables.load(backup, manifest, self.watch)
            tables.settle(manifest, self.clock.now())
            with explained("writing the files"):
                files.stage(backup, list(manifest.files), tables.served_as(), self.watch)
            tables.finish_files()
            self._expect_unused()
            self._replace(files, tables)

    def _replace(self, files: Staging, tables: NewTables) -> None:
        """The only steps after which the system is not the former one. Each may be repeated by another restore."""
        self.watch.step("setting the mark")
        was_half_replaced = files.is_half_replaced
        files.mark(self.source, self.clock.now())
        self.watch.step("emptying broker and Redis")
        try:
            servers.clear(self.stores)
        except BackupFailed:
            if not was_half_replaced:
                files.unmark()
            raise
        with _half_replaced(self.source):
            tables.switch(self.watch)
            with explained("moving the files"):
                files.switch(self.watch)
        files.finish(self.watch)

    # --- obstacles -------------------------------------------------------------------------------

    @property
    def _owners(self) -> tuple[Owner, Owner]:
        return owners_of(self.stores)

    def _expect_known(self, manifest: Manifest) -> None:
        for owner in self._owners:
            revision = manifest.database(owner.name).revision
            if not owner.database.knows(revision):
                raise RestoreRefused(
                    f"Onwatch {manifest.heading.onwatch_version} made this backup: this Onwatch does not know "
                    f"migration {revision} of the {owner.name}; restore it with that version or a newer one"
                )

    def _expect_replaceable(self, files: Staging, manifest: Manifest, may_replace: MayReplace) -> None:
        """Nobody uses the system, and it is empty, half replaced already, or may be replaced."""
        self._expect_unused()
        if files.is_half_replaced:
            return
        folders_count = files.folders_count
        with self._as_they_are() as (catalog, aggregator):
            present = present_in(catalog, aggregator, folders_count)
        if not present.is_empty and not may_replace(present, manifest):
            raise RestoreRefused(
                f"the system is not empty: it has {present}. Nothing was changed; --replace replaces all of it"
            )

    def _expect_unused(self) -> None:
        with explained("asking who uses the databases"):
            users = [sentence for owner in self._owners for sentence in services_on(owner)]
        if users := [*users, *servers.consumers_of(self.stores)]:
            raise RestoreRefused(f"the system is in use: {'; '.join(users)}. Stop all services, and try again")

    def _expect_space(self, files: Staging, manifest: Manifest) -> None:
        files.expect_space(manifest.files_bytes)
        for owner in self._owners:
            if (file := sqlite_file(owner.settings)) is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                text_bytes = manifest.database(owner.name).text_bytes
                expect_space(file.parent, text_bytes, f"the {owner.name}'s new database")

    @contextmanager
    def _as_they_are(self) -> Iterator[list[sa.Connection | None]]:
        """Connections to the present databases; None for a SQLite file that is not there, which is not created."""
        there = [owner for owner in self._owners if _exists(owner)]
        with (
            explained("reading the databases"),
            sessions([owner.owned for owner in there], APPLICATION) as connections,
        ):
            by_name = {owner.name: connection for owner, connection in zip(there, connections, strict=True)}
            yield [by_name.get(owner.name) for owner in self._owners]


def _exists(owner: Owner) -> bool:
    file = sqlite_file(owner.settings)
    return file is None or file.is_file()


@contextmanager
def _half_replaced(source: Path) -> Iterator[None]:
    try:
        yield
    except BackupFailed as error:
        raise BackupFailed(
            f"{error}. The system is half replaced and will not start: run `onwatch restore {source}` again"
        ) from error
