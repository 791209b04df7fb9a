"""The process that joins recordings."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from onwatch_media import LimitExceeded, Limits, NotJoinable, VideoUnusable
from onwatch_media.join_worker import Recorded, failure

WORKER = (sys.executable, "-m", "onwatch_media.join_worker")
RECORDINGS = (Recorded(Path("1/source.mp4"), "noon.mp4", 1), Recorded(Path("2/source.mp4"), "evening.mp4", 1))


def task(paths: list[Path], target: Path, max_bytes: int) -> bytes:
    recordings = [{"name": path.name, "duration_s": 1} for path in paths]
    files = {"paths": [str(path) for path in paths], "socket": None}
    wanted = {"task": "join", "files": files, "recordings": recordings, "target": str(target), "max_bytes": max_bytes}
    return json.dumps({**wanted, "limits": asdict(Limits())}).encode() + b"\n"


def test_it_ends_when_its_parent_does(tmp_path: Path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)  # opening it waits for ever
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(task([fifo, fifo], tmp_path / "joined", 0))
        process.stdin.close()
        assert process.wait(60) == 1


def answered(work: bytes) -> dict[str, object]:
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(work)
        process.stdin.flush()
        answer: dict[str, object] = json.loads(process.stdout.read())
    return answer


def test_a_disk_without_room_is_told(write_clip: Callable[..., Path]):
    answer = answered(task([write_clip("a.mp4"), write_clip("b.mp4")], Path("/dev/full"), 10_000_000))
    assert (answer["error"], answer["errno"]) == ("OSError", errno.ENOSPC)


def test_no_file_becomes_larger_than_allowed(write_clip: Callable[..., Path], tmp_path: Path):
    answer = answered(task([write_clip("a.mp4"), write_clip("b.mp4")], tmp_path / "joined", 1000))
    assert answer == {"error": "VideoUnusable", "text": "the joined file becomes much larger than they are"}
    assert (tmp_path / "joined").stat().st_size <= 1000


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NotJoinable(Path("2/source.mp4"), "its size is odd", Path("1/source.mp4")),
            {
                "error": "RecordingRefused",
                "index": 1,
                "text": "evening.mp4 cannot be joined with noon.mp4: its size is odd",
            },
        ),
        (
            NotJoinable(Path("1/source.mp4"), "it is odd"),
            {"error": "RecordingRefused", "index": 0, "text": "noon.mp4 cannot be joined: it is odd"},
        ),
        (OSError(errno.ENOSPC, "full"), {"error": "OSError", "errno": errno.ENOSPC, "text": "[Errno 28] full"}),
        (VideoUnusable("it is odd"), {"error": "VideoUnusable", "text": "it is odd"}),
        (LimitExceeded("it took long"), {"error": "VideoUnusable", "text": "it took long"}),
    ],
)
def test_a_failure_is_told_with_the_names_of_the_recorders(error: Exception, expected: dict[str, object]):
    assert failure(error, RECORDINGS, is_short_of_memory=False) == expected


def test_a_lack_of_memory_is_no_fault_of_the_recordings():
    assert failure(VideoUnusable("it is odd"), RECORDINGS, is_short_of_memory=True) == {"error": "MemoryError"}
