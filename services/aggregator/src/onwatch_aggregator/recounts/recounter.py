"""Counts a log in a process of its own, so that the event loop stays free and a recount can be ended at any time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from onwatch_aggregator.recount_worker import END, WORKER, framed, results_of
from onwatch_aggregator.recounts.store import Found, Job
from onwatch_runtime.waiting import to_the_end

TROUBLE_LENGTH = 2000
"""Characters of what a lost process wrote last, for the log."""

OnProgress = Callable[[float], None]
"""Is called with the share of the video that is counted."""


class RecountImpossible(Exception):
    """The log cannot be counted, now or later; the text says why."""


class RecountLost(Exception):
    """The process that counts has ended before its time."""


class Recounter(Protocol):
    """Counts a log with a site."""

    async def recount(self, job: Job, log: AsyncIterator[bytes], on_progress: OnProgress) -> Found:
        """Raises `RecountImpossible` or `RecountLost`. A caller that is cancelled ends the work at once."""
        ...


@dataclass(frozen=True)
class ProcessRecounter:
    """Starts `onwatch_aggregator.recount_worker` for each recount."""

    boxes_at_once: int = 1_000_000
    """A log of more is counted picture by picture: in little memory, but in ten times the time."""
    parked_s: float = 300.0
    """A vehicle that stands for longer is parked."""

    async def recount(self, job: Job, log: AsyncIterator[bytes], on_progress: OnProgress) -> Found:
        return _found(job, await counted(self._header(job), log, on_progress))

    def _header(self, job: Job) -> dict[str, Any]:
        return {
            "site": job.site.model_dump(mode="json"),
            "end_s": job.end_s,
            "period_s": job.period_s,
            "parked_s": self.parked_s,
            "at_once": job.boxes_count <= self.boxes_at_once,
        }


async def counted(header: dict[str, Any], log: AsyncIterator[bytes], on_progress: OnProgress) -> dict[str, Any]:
    """What the worker answers. Raises `RecountImpossible` or `RecountLost`; its process has ended in any case."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", WORKER, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_env()
    )
    writing = asyncio.create_task(_write(process, header, log))
    trouble = asyncio.create_task(_stream(process.stderr).read())
    try:
        answer = await _read(process, on_progress)
        if answer is None:
            if writing.done():  # it raises if the log could not be read; else it waits for the log
                await writing
            await process.wait()
            text = (await trouble).decode(errors="replace").strip()[-TROUBLE_LENGTH:]
            raise RecountLost(f"the process that counts ended with code {process.returncode}: {text}")
        return answer
    finally:
        # A service that stops cancels a recount that takes long to end once more.
        await to_the_end(_end(process, writing, trouble))


async def _write(process: Process, header: dict[str, Any], log: AsyncIterator[bytes]) -> None:
    """The job, then the log. A process that has ended takes no more: its answer tells why."""
    assert process.stdin is not None  # noqa: S101 it is a pipe
    try:
        process.stdin.write(json.dumps(header).encode() + b"\n")
        async for chunk in log:
            process.stdin.write(framed(chunk))
            await process.stdin.drain()
        process.stdin.write(END)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    finally:
        process.stdin.close()


async def _read(process: Process, on_progress: OnProgress) -> dict[str, Any] | None:
    """Lines of progress, then the results. None if the process ended without them."""
    stream = _stream(process.stdout)
    while line := await stream.readline():
        message: dict[str, Any] = json.loads(line)
        if "progress" in message:
            on_progress(message["progress"])
        elif "error" in message:
            raise RecountImpossible(message["error"])
        else:
            try:
                found: dict[str, Any] = json.loads(await stream.readexactly(message["bytes"]))
            except asyncio.IncompleteReadError:
                return None
            return found
    return None


def _found(job: Job, fields: dict[str, Any]) -> Found:
    results = results_of(
        job.site, fields["vehicles"], fields["visits"], fields["crossings"], fields["unconfirmed_tracks_count"]
    )
    return Found(results, tuple((since_s, until_s) for since_s, until_s in fields["observed"]))


def _stream(pipe: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert pipe is not None  # noqa: S101 it is a pipe
    return pipe


def _env() -> dict[str, str]:
    """The environment without secrets: what Python and its libraries need to start."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "TMPDIR")
    # Arrays here are small: threads of a library would only compete with the live runs.
    return {name: os.environ[name] for name in kept if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}


async def _end(process: Process, writing: asyncio.Task[None], trouble: asyncio.Task[bytes]) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
    writing.cancel()
    await asyncio.gather(writing, trouble, return_exceptions=True)
