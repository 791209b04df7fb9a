"""When a file was recorded, and which files follow one another without a gap. Rules without I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

LONGEST_GAP_S = 5.0  # recorders need a moment to begin the next file, and some overlap by as much
FIRST_YEAR = 1990  # clocks that were never set say 1904, 1970 or 1980

_IN_NAMES = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)"
    r"[T _.-]{0,3}"
    r"(?P<hour>\d\d)[-_.:h]?(?P<minute>\d\d)[-_.:m]?(?P<second>\d\d)"
)


class TimeSource(StrEnum):
    """Where the time of a recording is from, the best first."""

    METADATA = "metadata"
    NAME = "name"
    MODIFICATION = "modification"


@dataclass(frozen=True)
class FileTimes:
    """What one file says about when it was recorded."""

    path: Path
    duration_s: float
    in_metadata: datetime | None
    in_name: datetime | None
    modified: datetime

    @classmethod
    def of(cls, path: Path, duration_s: float, in_metadata: datetime | None, mtime_s: float) -> FileTimes:
        """`mtime_s`: when it was modified, in seconds since 1970."""
        modified = datetime.fromtimestamp(mtime_s, UTC)
        return cls(path, duration_s, in_metadata, time_in_name(path.name), modified)

    def begin(self, source: TimeSource) -> datetime | None:
        """When it begins. A file is modified at last when it ends."""
        match source:
            case TimeSource.METADATA:
                return self.in_metadata
            case TimeSource.NAME:
                return self.in_name
            case TimeSource.MODIFICATION:
                return self.modified - timedelta(seconds=self.duration_s)


def time_in_metadata(tags: dict[str, str]) -> datetime | None:
    """From the tags of a container; None where they have no time that can be true."""
    for name in ("com.apple.quicktime.creationdate", "creation_time", "date"):
        try:
            time = datetime.fromisoformat(tags.get(name, ""))
        except ValueError:
            continue
        if time.year >= FIRST_YEAR:
            return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None


def time_in_name(name: str) -> datetime | None:
    """From a file name as recorders and phones make them: `VID_20240131_235959.mp4`, `2024-01-31 23.59.59.mkv`.

    Such names tell the time of the place; they are compared with each other only.
    """
    for found in _IN_NAMES.finditer(name):
        parts = [int(part) for part in found.groups()]
        try:
            return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
        except ValueError:
            continue
    return None


def best_source(files: Sequence[FileTimes]) -> TimeSource:
    """The first source that knows every file, and tells them apart; one for all: time zones differ between sources."""
    for source in (TimeSource.METADATA, TimeSource.NAME):
        times = [file.begin(source) for file in files]
        if None not in times and len(set(times)) == len(times):
            return source
    return TimeSource.MODIFICATION


def in_order(files: Sequence[FileTimes]) -> list[FileTimes]:
    """By the times of the best source; by name where those are equal."""
    source = best_source(files)
    return sorted(files, key=lambda file: (file.begin(source) or file.modified, file.path.name))


def consecutive(files: Sequence[FileTimes]) -> list[list[FileTimes]]:
    """The files in order, in groups whose members follow one another without a gap.

    Times of modification say nothing about gaps, because a copy has a new one: those files are one group.
    """
    source = best_source(files)
    groups: list[list[FileTimes]] = []
    for file in in_order(files):
        if groups and (source is TimeSource.MODIFICATION or abs(gap_s(groups[-1][-1], file, source)) <= LONGEST_GAP_S):
            groups[-1].append(file)
        else:
            groups.append([file])
    return groups


def gap_s(before: FileTimes, after: FileTimes, source: TimeSource) -> float:
    """Seconds between the end of one file and the beginning of the next; negative where they overlap."""
    begin, next_begin = before.begin(source), after.begin(source)
    if begin is None or next_begin is None:
        return 0.0
    return (next_begin - begin).total_seconds() - before.duration_s
