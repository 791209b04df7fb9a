"""The person's count as it is kept: one small JSON file, whole at every moment."""

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
ENDS_BYTES = 1024 * 1024  # of a file's content, at either end: enough to know it by
NAME_LENGTH = 80


class RecordUnreadable(Exception):
    """The file of an earlier count cannot be read; the message says which and what to do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the count in {path} cannot be read: {why}; --fresh sets it aside and starts again")


class Record(Value):
    """Everything that is kept of a count. Each change gives a new one."""

    version: Literal[1] = 1
    video: str
    """The file's name, for people."""
    roi: Points | None
    marks: tuple[Mark, ...] = ()
    until_s: float | None = None
    """Set once the person is done: how far they watched."""
    seen: bool = False
    """The count of the system has been shown."""
    changed_after_seen: bool = False

    def with_mark(self, mark: Mark) -> Record:
        """The same mark again changes nothing."""
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

    def started_again(self) -> Record:
        """Whoever has seen the count of the system once has seen it."""
        return Record(video=self.video, roi=self.roi, seen=self.seen, changed_after_seen=self.seen)

    def as_http(self) -> Marks:
        return Marks(marks=self.marks, until_s=self.until_s)

    def _with_marks(self, marks: tuple[Mark, ...]) -> Record:
        if marks == self.marks:
            return self
        return self.model_copy(update={"marks": marks, "changed_after_seen": self.seen})


class RecordFile:
    """Where a `Record` lies. These methods block. `OSError` when the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, fresh: Record) -> Record:
        """The record kept here, else `fresh`. `RecordUnreadable` when there is one that makes no sense."""
        try:
            return Record.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return fresh
        except ValidationError as error:
            raise RecordUnreadable(self.path, error.errors()[0]["msg"]) from error
        except OSError as error:
            raise RecordUnreadable(self.path, error.strerror or str(error)) from error

    def save(self, record: Record) -> None:
        """All or nothing, and on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".part")
        with beside.open("w", encoding="utf-8") as file:
            file.write(record.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def set_aside(self) -> Path | None:
        """Make room for a new count; where the old one is now, None if there was none. Nothing is overwritten."""
        if not self.path.exists():
            return None
        names = (self.path.with_suffix(f".{number}.json") for number in count(1))
        return self.path.rename(next(name for name in names if not name.exists()))


def record_path(data_dir: Path, video: Path, roi: Points | None) -> Path:
    """A name that a person finds, of its own for each content and region.

    A video that was moved keeps its count; another one of the same name is never taken for it.
    """
    name = re.sub(r"[^\w.-]+", "_", video.stem)[:NAME_LENGTH]
    return data_dir / FOLDER / f"{name}-{_fingerprint(video, roi)}.json"


def _fingerprint(video: Path, roi: Points | None) -> str:
    size = video.stat().st_size
    digest = hashlib.sha256(f"{size} {roi}".encode())
    with video.open("rb") as file:
        digest.update(file.read(ENDS_BYTES))
        file.seek(max(0, size - ENDS_BYTES))
        digest.update(file.read(ENDS_BYTES))
    return digest.hexdigest()[:8]
