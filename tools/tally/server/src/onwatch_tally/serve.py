"""Builds and runs the server of `onwatch tally`."""

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
from onwatch.model import prepare_model
from onwatch.roi import Points
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_dashboard.page import Page
from onwatch_runtime.http import ProblemError, http_server
from onwatch_runtime.process import serve_until_signalled
from onwatch_tally.api import create_app
from onwatch_tally.clip import Clip, open_clip
from onwatch_tally.record import Record, RecordFile, RecordUnreadable, record_path
from onwatch_tally.session import Session

HOST = "127.0.0.1"  # reachable from this machine only
BUILT_PAGE = Path(__file__).with_name("static")
# A browser that has paused a video keeps its download open; the shutdown does not wait for it.
STOP_WITHIN_S = 1


class CannotTally(Exception):
    """The page cannot be served; the message says why."""


@dataclass(frozen=True)
class TallyOptions:
    """The options of the command line."""

    file: Path
    roi: Points | None
    anchor: Anchor
    data_dir: Path
    scratch: Path
    """Deleted when the program ends."""
    port: int = 0
    json_out: Path | None = None
    fresh: bool = False
    open_browser: bool = True
    engine: EngineChoice = EngineChoice.AUTO
    static_dir: Path = BUILT_PAGE


async def serve(options: TallyOptions, configuration: Configuration, console: Console) -> None:
    """Serve the page until SIGINT or SIGTERM, and count in the background. Raises `CannotTally`."""
    try:
        clip = await asyncio.to_thread(open_clip, options.file, options.roi)
        await Page(options.static_dir).built()
        session = await asyncio.to_thread(_session, options, clip, configuration)
        listening = socket.create_server((HOST, options.port))
    except (ProblemError, RecordUnreadable) as error:
        raise CannotTally(f"{options.file.name}: {error}") from error
    except OSError as error:
        raise CannotTally(f"cannot serve on port {options.port}: {error.strerror or error}") from error
    with listening:
        if options.engine is not EngineChoice.MOTION:
            await asyncio.to_thread(prepare_model, configuration.detector, console)
        await _serve(session, options.static_dir, listening, console, open_browser=options.open_browser)


def _session(options: TallyOptions, clip: Clip, configuration: Configuration) -> Session:
    """Raises `RecordUnreadable`."""
    file = RecordFile(record_path(options.data_dir, options.file, clip.roi))
    if options.fresh:
        file.set_aside()
    record = file.load(Record(video=options.file.name, roi=clip.roi))

    async def count(on_progress: Callable[[float], None]) -> Result:
        return await analyze(
            options.file,
            configuration,
            roi=clip.roi,
            anchor=options.anchor,
            engine=options.engine,
            on_progress=on_progress,
        )

    return Session(clip, file, record, count, scratch=options.scratch, json_out=options.json_out)


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
    """Without a screen, `webbrowser` may start a text browser in the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
