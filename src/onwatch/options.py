"""Options and error handling that several commands share, those of other distributions included.

Imports only settings classes, so that every command starts fast.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from onwatch.configuration import Configuration, configure
from onwatch.roi import Points, parse_roi
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.settings import UnknownSetting

out = Console()
err = Console(stderr=True)

FAILED = 1
MISUSED = 2
"""Exit codes."""

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="ONWATCH_DATA_DIR", help="Where videos and results are stored.")
]
SettingsFile = Annotated[
    Path,
    typer.Option(
        "--settings",
        exists=True,
        dir_okay=False,
        help="A copy of the one-process mode's settings file.",
        show_default="all_in_one.env of the package",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        envvar="ONWATCH_PORT",
        min=0,
        max=65_535,
        help="Port of the page, or the next free one; 0: any free one. Default: ONWATCH_GATEWAY_PORT, else 8000.",
        show_default=False,
    ),
]
VideoFile = Annotated[Path, typer.Argument(help="A video file.")]
VideoFiles = Annotated[list[Path], typer.Argument(help="Video files, or folders of them.")]
Roi = Annotated[
    str | None,
    typer.Option(help='Region of interest: "x,y x,y x,y ...", fractions of the frame from the top left.'),
]
RecordedFps = Annotated[
    float | None,
    typer.Option(
        "--recorded-fps",
        min=0.01,
        max=1000,
        help="Pictures per second of a file without timestamps; default: as it says, else 25.",
    ),
]
AnchorPoint = Annotated[Anchor, typer.Option(help="The point of a bounding box that has to be inside the region.")]
ModelFile = Annotated[
    Path | None, typer.Option(help="A detection model; default: the one that `onwatch up` would use.")
]
Engine = Annotated[
    EngineChoice,
    typer.Option(
        "--engine", help="What detects vehicles: a model, motion before a fixed camera, or the better of the two."
    ),
]
SiteFileOption = Annotated[
    Path | None,
    typer.Option(
        "--zones",
        exists=True,
        dir_okay=False,
        help="A file of zones, gates and movements, as `GET /site` exports it.",
    ),
]
TablesFolder = Annotated[
    Path | None,
    typer.Option("--tables", file_okay=False, help="Write the tables of zones and gates as XLSX, CSV and JSON there."),
]
Interval = Annotated[
    str, typer.Option("--interval", help="Length of an interval of these tables: 15m, 1h, 30s.", show_default=True)
]


def configured(data_dir: Path, file: Path, **detector: Any) -> Configuration:
    """The settings in force; ends the program when one of them is invalid."""
    try:
        return configure(data_dir, file, **detector)
    except (UnknownSetting, ValidationError) as error:
        give_up(str(error), MISUSED)


def at_port(configuration: Configuration, port: int | None) -> Configuration:
    """With the page at that port; None: as configured."""
    if port is None:
        return configuration
    return replace(configuration, gateway=configuration.gateway.model_copy(update={"port": port}))


def configured_for_one_file(folder: Path, settings: Path, data_dir: Path, **detector: Any) -> Configuration:
    """Settings of one analysis: its videos and results are in `folder`, models and their cache in `data_dir`."""
    given = {name: value for name, value in detector.items() if value is not None}
    kept = {"models_dir": data_dir / "models", "cache_dir": data_dir / "cache"}
    return configured(folder, settings, **kept, **given).without_logins()


def existing_file(file: Path) -> Path:
    """The file itself; ends the program when it does not exist."""
    if not file.is_file():
        give_up(f"{file}: there is no such file", MISUSED)
    return file


def existing(path: Path) -> Path:
    """The file or folder itself; ends the program when it does not exist."""
    return path if path.is_dir() else existing_file(path)


def parsed_roi(text: str | None) -> Points | None:
    """The value of `--roi`; ends the program when it is malformed."""
    try:
        return parse_roi(text) if text is not None else None
    except ValueError as error:
        give_up(f"--roi: {error}", MISUSED)


def give_up(why: str, code: int) -> NoReturn:
    """Print the error and end the program with the exit code."""
    err.print(Text.assemble(("onwatch: ", "red"), why), soft_wrap=True)
    raise typer.Exit(code)
