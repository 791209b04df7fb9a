"""Orders or joins recordings in a process of its own: `python -m onwatch_media.join_worker`, a task on standard input.

Writes one line of JSON. Ends when standard input is closed, so that it never outlives the process that started it.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import av

from onwatch_media.container import VideoUnusable, open_container
from onwatch_media.isolation import Limits
from onwatch_media.join import NotJoinable, join
from onwatch_media.opening import taken_paths
from onwatch_media.recorded import (
    FileTimes,
    TimeSource,
    best_source,
    consecutive,
    gap_s,
    time_in_metadata,
    time_in_name,
)
from onwatch_media.sandbox import give_up_rights, is_short_of_memory, limit_resources

STDIN = 0
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.ENOENT)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # of the first recording, where nothing tells when it was recorded


class Recorded(NamedTuple):
    """A recording as this process sees it."""

    path: Path
    name: str
    duration_s: float


def main() -> None:
    wanted = json.loads(sys.stdin.readline())
    limits = Limits(**wanted["limits"])
    paths = taken_paths(wanted["files"])
    recordings = [Recorded(path, **each) for path, each in zip(paths, wanted["recordings"], strict=True)]
    give_up_rights(
        reads=[path.parent for path in paths], writes=[Path(wanted["target"]).parent] if "target" in wanted else []
    )
    limit_resources(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s, written_bytes=wanted["max_bytes"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer = order(recordings) if wanted["task"] == "order" else joined(recordings, Path(wanted["target"]))
    except (VideoUnusable, MemoryError, OSError, av.FFmpegError) as error:
        answer = failure(error, recordings, is_short_of_memory=is_short_of_memory(limits.memory_bytes))
    sys.stdout.write(json.dumps(answer) + "\n")


def order(recordings: Sequence[Recorded]) -> dict[str, Any]:
    files, end = [], BEGINNING
    for recording in recordings:
        end += timedelta(seconds=recording.duration_s)
        # The file was written by an upload: its own time of modification says nothing, and the order given counts.
        files.append(_times_of(recording, modified=end))
        end += timedelta(seconds=1)
    source, groups = best_source(files), consecutive(files)
    in_order = [file for group in groups for file in group]
    index = {id(file): number for number, file in enumerate(files)}
    return {
        "source": source,
        "groups": [[index[id(file)] for file in group] for group in groups],
        "gaps_s": [_gap_s(before, after, source) for before, after in pairwise(in_order)],
    }


def _times_of(recording: Recorded, *, modified: datetime) -> FileTimes:
    with open_container(recording.path) as container:
        in_metadata = time_in_metadata({**container.metadata})
    return FileTimes(recording.path, recording.duration_s, in_metadata, time_in_name(recording.name), modified)


def _gap_s(before: FileTimes, after: FileTimes, source: TimeSource) -> float | None:
    return None if source is TimeSource.MODIFICATION else gap_s(before, after, source)


def joined(recordings: Sequence[Recorded], target: Path) -> dict[str, Any]:
    return {"at_s": [seam.at_s for seam in join([recording.path for recording in recordings], target)]}


def failure(error: Exception, recordings: Sequence[Recorded], *, is_short_of_memory: bool) -> dict[str, Any]:
    """What went wrong, with the names that the recorders gave."""
    if isinstance(error, OSError) and error.errno in OF_THE_DISK:
        return {"error": "OSError", "errno": error.errno, "text": str(error)}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"error": "VideoUnusable", "text": "the joined file becomes much larger than they are"}
    if isinstance(error, MemoryError) or is_short_of_memory:
        return {"error": "MemoryError"}
    if isinstance(error, NotJoinable):
        names = {recording.path: recording.name for recording in recordings}
        index = [recording.path for recording in recordings].index(error.file)
        with_first = f" with {names[error.first]}" if error.first else ""
        text = f"{names[error.file]} cannot be joined{with_first}: {error.why}"
        return {"error": "RecordingRefused", "index": index, "text": text}
    return {"error": "VideoUnusable", "text": str(error)}


def _end_with_parent() -> None:
    # Not sys.stdin, whose lock would be held at the end of the interpreter.
    while os.read(STDIN, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
