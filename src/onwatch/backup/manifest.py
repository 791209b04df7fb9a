"""What is in a backup: the values of its first and its last parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION = 1
HEADING, MANIFEST, CHECKSUM = "onwatch-backup.json", "manifest.json", "manifest.json.sha256"
MEDIA = "media/"

PartName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}){0,3}$")
]
"""Relative, and no name in it begins with a dot: it leads to no other folder."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Heading(_Value):
    """The first part: known before anything else is read."""

    format: str = "onwatch-backup"
    format_version: int = FORMAT_VERSION
    onwatch_version: str
    began_at: datetime
    """The databases are read right after this moment."""


class Part(_Value):
    """A file in the archive."""

    name: PartName
    size_bytes: int = Field(ge=0)
    sha256: Sha256


class TableEntry(_Value):
    """A table; its rows are in `parts`, as gzipped lines in the form of PostgreSQL's COPY."""

    name: str
    columns: tuple[str, ...]
    rows_count: int = Field(ge=0)
    parts: tuple[PartName, ...]


class DatabaseEntry(_Value):
    """The tables of one service, in an order in which they can be loaded."""

    owner: str
    kind: str
    """`sqlite` or `postgresql`: where they come from."""
    revision: str
    """The newest migration of the tables."""
    tables: tuple[TableEntry, ...]
    last_ids: dict[str, int]
    """The last id given out, by table."""
    text_bytes: int
    """Of all rows, before compression."""

    @property
    def rows_count(self) -> int:
        return sum(table.rows_count for table in self.tables)


class Manifest(_Value):
    """The last part but one; the last is its SHA-256."""

    heading: Heading
    finished_at: datetime
    databases: tuple[DatabaseEntry, ...]
    videos_count: int
    deleted: tuple[str, ...] = ()
    """Ids of videos that were deleted while the backup was made: they are not restored."""
    missing: tuple[str, ...] = ()
    """Paths of files that their video lacked, and that the restored one will lack."""
    parts: tuple[Part, ...]

    @property
    def files(self) -> Iterator[Part]:
        """Of videos, with names beginning with `media/`, without those of deleted ones."""
        deleted = frozenset(self.deleted)
        for part in self.parts:
            if part.name.startswith(MEDIA) and part.name.split("/")[1] not in deleted:
                yield part

    @property
    def files_bytes(self) -> int:
        return sum(part.size_bytes for part in self.files)

    def database(self, owner: str) -> DatabaseEntry:
        """`KeyError` without one."""
        found = [entry for entry in self.databases if entry.owner == owner]
        if not found:
            raise KeyError(owner)
        return found[0]
