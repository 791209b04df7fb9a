"""Inspection in a process of its own, with limits: what a file does to the decoder costs that process alone."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from onwatch_media.container import NotOpened, NoVideoStream, PictureTooLarge, VideoUnusable
from onwatch_media.display import MAX_PIXELS
from onwatch_media.formats import ContainerFormat
from onwatch_media.giving import given
from onwatch_media.inspection import Inspection, NoFrames, Truncated
from onwatch_media.opening import VideoSource
from onwatch_media.sandbox import MIB, clean_environment


class LimitExceeded(VideoUnusable):
    """Looking into the file took more than is allowed; the text says which limit."""


@dataclass(frozen=True)
class Limits:
    """What inspecting one file may take."""

    wall_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 1536 * MIB
    """Address space of the process, its libraries included (some 300 MiB). 8K of 10 bits takes 1350 MiB."""
    max_pixels: int = MAX_PIXELS
    """Of one picture."""


@dataclass
class Inspector:
    """Inspects files, at most `parallel` at a time. One event loop."""

    limits: Limits = Limits()
    parallel: int = 2
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.parallel)

    async def inspect(self, source: VideoSource, *, counted_rate: float | None = None) -> tuple[Inspection, bytes]:
        """What the file is, and its thumbnail. `VideoUnusable` says what is wrong, `LimitExceeded` what was too much.

        A caller that is cancelled ends the process. Raises what reading a stored file raises.
        """
        async with self._free:
            found, content = await answer_of(
                "onwatch_media.worker", source, {"counted_rate": counted_rate}, self.limits, "reading it"
            )
        if "error" in found:
            raise _error(found["error"], found["text"], found["details"])
        clock_file, thumbnail = content[: found["clock_bytes"]], content[found["clock_bytes"] :]
        return _inspection(found["inspection"], clock_file), thumbnail


async def answer_of(
    module: str, source: VideoSource, wanted: dict[str, Any], limits: Limits, work: str
) -> tuple[dict[str, Any], bytes]:
    """Run the module on a file in a process of its own: the line of JSON that it writes, and what follows.

    `LimitExceeded` says what `work` took too much of. A caller that is cancelled ends the process. Raises what reading
    a stored file raises.
    """
    with given([source]) as files:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=clean_environment(),
            pass_fds=files.handles,
        )
        files.started()
        try:
            line = json.dumps({"limits": asdict(limits), "files": files.as_json, **wanted}).encode() + b"\n"
            answer, trouble = await files.within(asyncio.ensure_future(process.communicate(line)), limits.wall_s)
        except TimeoutError:
            raise LimitExceeded(f"{work} took longer than {limits.wall_s:g} s") from None
        finally:
            await _end(process)
        first, _, content = answer.partition(b"\n")
        if process.returncode or not first:
            raise LimitExceeded(f"{work} {_cause(trouble, process.returncode, limits)}")
        found: dict[str, Any] = json.loads(first)
        if found.get("error") == "MemoryError":
            raise LimitExceeded(f"{work} {_too_much_memory(limits)}")
        return found, content


def _cause(trouble: bytes, code: int | None, limits: Limits) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"took more than {limits.cpu_s} s of CPU time"
    if b"MemoryError" in trouble or b"Cannot allocate memory" in trouble:
        return _too_much_memory(limits)
    return f"ended the decoder's process (code {code})"


def _too_much_memory(limits: Limits) -> str:
    return f"took more than {limits.memory_bytes // MIB} MiB of memory"


def _error(name: str, text: str, details: list[Any]) -> VideoUnusable:
    match name:
        case "NoVideoStream":
            return NoVideoStream(tuple(details[0]))
        case "NoFrames":
            return NoFrames(details[0])
    kinds: dict[str, type[VideoUnusable]] = {
        "NotOpened": NotOpened,
        "Truncated": Truncated,
        "PictureTooLarge": PictureTooLarge,
    }
    return kinds.get(name, VideoUnusable)(text)


def as_json(inspection: Inspection) -> dict[str, Any]:
    """As the process says it; the clock file follows."""
    fields = asdict(replace(inspection, clock_file=b""))
    del fields["clock_file"]
    if inspection.recorded_at is not None:
        fields["recorded_at"] = inspection.recorded_at.isoformat()
    return {"inspection": fields, "clock_bytes": len(inspection.clock_file)}


def _inspection(fields: dict[str, Any], clock_file: bytes) -> Inspection:
    recorded_at = fields["recorded_at"]
    return Inspection(
        **fields
        | {
            "format": ContainerFormat(**fields["format"]),
            "notes": tuple(fields["notes"]),
            "recorded_at": None if recorded_at is None else datetime.fromisoformat(recorded_at),
        },
        clock_file=clock_file,
    )


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
