"""`onwatch tally`, put together: settings, session, server."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from onwatch.analyze import Result, analyze
from onwatch.configuration import Configuration
from onwatch.model import settle_model
from onwatch.roi import Points
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_dashboard.page import Page
from onwatch_runtime.http.problems import ProblemError
from onwatch_runtime.process.service import http_server, serve_until_signalled
from onwatch_tally.api import PAGE, create_app
from onwatch_tally.clip import Clip, open_clip
from onwatch_tally.record import Record, RecordFile, RecordUnreadable, record_path
from onwatch_tally.session import Session

HOST = "127.0.0.1"  # one person's own machine, nobody else's
# A browser that has paused a video keeps its download open: it is not waited for.
STOP_WITHIN_S = 1


class CannotTally(Exception):
    """The page cannot be offered; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    file: Path
    roi: Points | None
    anchor: Anchor
    data_dir: Path
    scratch: Path
    """Gone when the program ends."""
    port: int = 0
    json_out: Path | None = None
    fresh: bool = False
    open_browser: bool = True
    engine: EngineChoice = EngineChoice.AUTO


async def tally(wanted: Wanted, configuration: Configuration, console: Console) -> None:
    """Serve the page until SIGINT or SIGTERM, and count in the background. `CannotTally` says what is in the way."""
    static_dir = configuration.dashboard.static_dir
    try:
        clip = await asyncio.to_thread(open_clip, wanted.file, wanted.roi)
        await Page(static_dir, PAGE).built()
        session = await asyncio.to_thread(_session, wanted, clip, configuration)
        listening = socket.create_server((HOST, wanted.port))
    except (ProblemError, RecordUnreadable) as error:
        raise CannotTally(f"{wanted.file.name}: {error}") from error
    except OSError as error:
        raise CannotTally(f"cannot serve on port {wanted.port}: {error.strerror or error}") from error
    with listening:
        if wanted.engine is not EngineChoice.MOTION:
            await asyncio.to_thread(settle_model, configuration.detector, console)
        await _serve(session, static_dir, listening, console, open_browser=wanted.open_browser)


def _session(wanted: Wanted, clip: Clip, configuration: Configuration) -> Session:
    """Raises `RecordUnreadable`."""
    file = RecordFile(record_path(wanted.data_dir, wanted.file, clip.roi))
    if wanted.fresh:
        file.set_aside()
    record = file.load(Record(video=wanted.file.name, roi=clip.roi))

    async def count(on_progress: Callable[[float], None]) -> Result:
        return await analyze(
            wanted.file,
            configuration,
            roi=clip.roi,
            anchor=wanted.anchor,
            engine=wanted.engine,
            on_progress=on_progress,
        )

    return Session(clip, file, record, count, scratch=wanted.scratch, json_out=wanted.json_out)


async def _serve(
    session: Session, static_dir: Path, listening: socket.socket, console: Console, *, open_browser: bool
) -> None:
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    server = http_server(create_app(session, static_dir), HOST, 0)
    server.config.timeout_graceful_shutdown = STOP_WITHIN_S
    async with asyncio.TaskGroup() as group:
        working = group.create_task(session.work(), name="tally-work")
        console.print(f"\n  Count at [bold]{address}[/bold]   (Ctrl+C stops it; your marks are kept)\n")
        if open_browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, address)
        await serve_until_signalled(server, listening)
        working.cancel()


def _has_screen() -> bool:
    """Without one, `webbrowser` may take the terminal for a text browser."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
