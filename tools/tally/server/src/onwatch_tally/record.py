"""The person's count, stored as one small JSON file that is replaced atomically."""

from __future__ import annotations

import hashlib
import os
import re
from itertools import count
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from onwatch.roi import Points
from onwatch_contracts.values import Value
from onwatch_tally.shapes import Mark, Marks

FOLDER = "tallies"
FINGERPRINT_BYTES = 1024 * 1024  # at either end of a file: enough to identify it
NAME_LENGTH = 80


class RecordUnreadable(Exception):
    """The record of an earlier count cannot be read; the message names it and the remedy."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the count in {path} cannot be read: {why}; --fresh renames it and starts a new one")


class Record(Value):
    """Everything stored about a count. Immutable: each change returns a new record."""

    version: Literal[1] = 1
    video: str
    """The file's name, for display."""
    roi: Points | None
    marks: tuple[Mark, ...] = ()
    until_s: float | None = None
    """How far the person watched; set once they are done."""
    seen: bool = False
    """Whether the system's count has been shown."""
    changed_after_seen: bool = False

    def with_mark(self, mark: Mark) -> Record:
        """Idempotent: the same mark again changes nothing."""
        others = tuple(known for known in self.marks if known.id != mark.id)
        marks = tuple(sorted((*others, mark), key=lambda known: known.at_s))
        return self._with_marks(marks)

    def without_mark(self, mark_id: str) -> Record:
        return self._with_marks(tuple(known for known in self.marks if known.id != mark_id))

    def done(self, until_s: float) -> Record:
        return self.model_copy(update={"until_s": until_s})

    def reopened(self) -> Record:
        return self.model_copy(update={"until_s": None})

    def shown(self) -> Record:
        return self.model_copy(update={"seen": True})

    def restarted(self) -> Record:
        """Without marks. `seen` stays: the person still knows the system's count."""
        return Record(video=self.video, roi=self.roi, seen=self.seen, changed_after_seen=self.seen)

    def as_http(self) -> Marks:
        return Marks(marks=self.marks, until_s=self.until_s)

    def _with_marks(self, marks: tuple[Mark, ...]) -> Record:
        if marks == self.marks:
            return self
        return self.model_copy(update={"marks": marks, "changed_after_seen": self.seen})


class RecordFile:
    """The file of a `Record`. Its methods block, and raise `OSError` when the disk fails."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, fresh: Record) -> Record:
        """The stored record, else `fresh`. Raises `RecordUnreadable` when the stored one is invalid."""
        try:
            return Record.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return fresh
        except ValidationError as error:
            raise RecordUnreadable(self.path, error.errors()[0]["msg"]) from error
        except OSError as error:
            raise RecordUnreadable(self.path, error.strerror or str(error)) from error

    def save(self, record: Record) -> None:
        """Replace the file atomically; the record is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(record.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def set_aside(self) -> Path | None:
        """Rename the file to a free name, and return that; None if there is no file."""
        if not self.path.exists():
            return None
        names = (self.path.with_suffix(f".{number}.json") for number in count(1))
        return self.path.rename(next(name for name in names if not name.exists()))


def record_path(data_dir: Path, video: Path, roi: Points | None) -> Path:
    """A readable name, unique for each content and region.

    A renamed video keeps its count; another video of the same name has its own.
    """
    name = re.sub(r"[^\w.-]+", "_", video.stem)[:NAME_LENGTH]
    return data_dir / FOLDER / f"{name}-{_fingerprint(video, roi)}.json"


def _fingerprint(video: Path, roi: Points | None) -> str:
    size = video.stat().st_size
    digest = hashlib.sha256(f"{size} {roi}".encode())
    with video.open("rb") as file:
        digest.update(file.read(FINGERPRINT_BYTES))
        file.seek(max(0, size - FINGERPRINT_BYTES))
        digest.update(file.read(FINGERPRINT_BYTES))
    return digest.hexdigest()[:8]
