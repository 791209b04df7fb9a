"""The command `onwatch tally`, an entry point. Each start of `onwatch` loads it, so it imports little."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from onwatch.configuration import SETTINGS_FILE
from onwatch.options import (
    FAILED,
    MISUSED,
    AnchorPoint,
    DataDir,
    Engine,
    ModelFile,
    Roi,
    SettingsFile,
    VideoFile,
    configured_for_one_file,
    err,
    existing_file,
    give_up,
    parsed_roi,
)
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.observe import configure_logs


def tally(
    file: VideoFile,
    roi: Roi = None,
    anchor: AnchorPoint = Anchor.BOTTOM_CENTER,
    engine: Engine = EngineChoice.AUTO,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; 0: any free port.")] = 0,
    json_out: Annotated[
        Path | None,
        typer.Option("--json", dir_okay=False, writable=True, help="Write the comparison to this file when done."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start a new count; an earlier one is kept under another name.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    model: ModelFile = None,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Count a clip by hand in the browser, then compare your count with Onwatch's.

    Press a key for each vehicle that enters the region. When you are done the two counts are shown side by side, with
    MAPE, GEH and every vehicle that only one of the two has. Your marks are kept in the data folder, in `tallies`.
    """
    configure_logs("warning", "text")
    existing_file(file)
    if json_out is not None and not json_out.parent.is_dir():
        give_up(f"--json: there is no folder {json_out.parent}", MISUSED)
    points = parsed_roi(roi)
    from onwatch_tally.serve import CannotTally, TallyOptions, serve  # takes seconds, which other commands save

    with tempfile.TemporaryDirectory(prefix="onwatch-") as folder:
        scratch = Path(folder)
        configuration = configured_for_one_file(scratch, settings, data_dir, model=model)
        options = TallyOptions(file, points, anchor, data_dir, scratch, port, json_out, fresh, open_browser, engine)
        try:
            asyncio.run(serve(options, configuration, err))
        except CannotTally as error:
            give_up(str(error), FAILED)
