"""Orders and joins recordings in a process of its own, with limits."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from onwatch_media.container import VideoUnusable
from onwatch_media.giving import given
from onwatch_media.isolation import LimitExceeded, Limits, _end
from onwatch_media.opening import VideoSource
from onwatch_media.recorded import TimeSource
from onwatch_media.sandbox import MIB, clean_environment

# Of the largest file that may be written. MPEG-TS pads each picture to packets of 188 bytes: small ones grow most.
GROWTH = 3
MARGIN_BYTES = 64 * MIB


@dataclass(frozen=True)
class Recording:
    """A file to join."""

    source: VideoSource
    name: str
    """What the recorder called it: its time may be in it."""
    duration_s: float


@dataclass(frozen=True)
class Order:
    """Recordings by the times they began at, as indices."""

    source: TimeSource
    """MODIFICATION: neither the files nor their names tell; the order given is kept."""
    groups: tuple[tuple[int, ...], ...]
    """Recordings of a group follow one another without a gap."""
    gaps_s: tuple[float | None, ...]
    """Before each recording but the first, in order; negative where two overlap, None where times are not known."""


class RecordingRefused(VideoUnusable):
    """One recording does not fit those before it; the text says why."""

    def __init__(self, index: int, text: str) -> None:
        self.index = index
        super().__init__(text)


@dataclass(frozen=True)
class Joiner:
    """Every call starts a process; a caller that is cancelled ends it, and it ends with this process.

    `VideoUnusable` says what is wrong with the recordings, `LimitExceeded` what was too much. `OSError` for a disk that
    is full, and for files that are gone.
    """

    limits: Limits = field(default_factory=Limits)

    async def order(self, recordings: Sequence[Recording]) -> Order:
        """The order of the recordings, and which follow one another."""
        found = await self._run(recordings, {"task": "order", "max_bytes": 0})
        return Order(
            TimeSource(found["source"]), tuple(tuple(group) for group in found["groups"]), tuple(found["gaps_s"])
        )

    async def join(self, recordings: Sequence[Recording], target: Path) -> tuple[float, ...]:
        """Write the pictures of the recordings into one file; where each begins, in seconds of the joined video.

        `RecordingRefused` for one that does not fit those before it: nothing is written.
        """
        sizes = await asyncio.to_thread(lambda: [_size_bytes(recording.source) for recording in recordings])
        max_bytes = GROWTH * sum(sizes) + MARGIN_BYTES
        return tuple(
            (await self._run(recordings, {"task": "join", "target": str(target), "max_bytes": max_bytes}))["at_s"]
        )

    async def _run(self, recordings: Sequence[Recording], wanted: dict[str, Any]) -> dict[str, Any]:
        command = (sys.executable, "-P", "-m", "onwatch_media.join_worker")
        with given([recording.source for recording in recordings]) as files:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=clean_environment(), pass_fds=files.handles
            )
            files.started()
            stdin, stdout, stderr = (cast("Any", pipe) for pipe in (process.stdin, process.stdout, process.stderr))
            try:
                # Standard input stays open: the process ends when it is closed, also by the end of this one.
                order = {**wanted, "files": files.as_json, "recordings": _as_json(recordings)}
                stdin.write(json.dumps({**order, "limits": asdict(self.limits)}).encode() + b"\n")
                reading = asyncio.gather(stdout.read(), stderr.read(), process.wait())
                answer, trouble, _ = await files.within(reading, self.limits.wall_s)
            except TimeoutError:
                raise LimitExceeded(f"joining took longer than {self.limits.wall_s:g} s") from None
            finally:
                await _end(process)
                stdin.close()
            return self._read(answer, trouble, process.returncode)

    def _read(self, answer: bytes, trouble: bytes, code: int | None) -> dict[str, Any]:
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise LimitExceeded(f"joining took more than {self.limits.cpu_s} s of CPU time")
        if code or not answer:
            last_line = trouble.decode(errors="replace").strip().rpartition("\n")[2]
            raise LimitExceeded(f"joining ended its process (code {code}) {last_line}".strip())
        found: dict[str, Any] = json.loads(answer)
        match found.get("error"):
            case None:
                return found
            case "MemoryError":
                raise LimitExceeded(f"joining took more than {self.limits.memory_bytes // MIB} MiB of memory")
            case "OSError":
                raise OSError(found["errno"], found["text"])
            case "RecordingRefused":
                raise RecordingRefused(found["index"], found["text"])
        raise VideoUnusable(found["text"])


def _as_json(recordings: Sequence[Recording]) -> list[dict[str, Any]]:
    """Without their files, which are given apart."""
    return [{"name": recording.name, "duration_s": recording.duration_s} for recording in recordings]


def _size_bytes(source: VideoSource) -> int:
    return source.stat().st_size if isinstance(source, Path) else source.size_bytes
