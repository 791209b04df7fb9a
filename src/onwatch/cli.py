"""The program `onwatch`."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import tempfile
from enum import StrEnum
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from onwatch.configuration import SETTINGS_FILE, Configuration, configure, lines_of
from onwatch.roi import Points, parse_roi
from onwatch_contracts.values import Anchor
from onwatch_runtime.logs import configure_logs
from onwatch_runtime.settings import UnknownSetting

if TYPE_CHECKING:
    from onwatch.analyze import Result

app = typer.Typer(
    help="Counts vehicles in traffic videos, and computes only what somebody watches.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models = typer.Typer(help="Detection models.", no_args_is_help=True)
app.add_typer(models, name="model")
out = Console()
err = Console(stderr=True)

ServiceName = StrEnum("ServiceName", ("catalog", "gateway", "detector", "aggregator", "dashboard", "all"))

FAILED = 1
MISUSED = 2

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="ONWATCH_DATA_DIR", help="Where videos and numbers are kept.")
]
SettingsFile = Annotated[
    Path,
    typer.Option("--settings", exists=True, dir_okay=False, help="A copy of the one-process mode's settings file."),
]


@app.command()
def up(
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Start everything in one process and print its address."""
    configure_logs(log_level, "text")
    configuration = _configured(data_dir, settings)
    from onwatch.up import up as serve  # seconds: only when it is wanted

    try:
        asyncio.run(serve(configuration, err))
    except OSError as error:
        _give_up(f"cannot start: {error}", FAILED)


@app.command("analyze")
def analyze_command(
    file: Annotated[Path, typer.Argument(help="A video file.")],
    roi: Annotated[
        str | None,
        typer.Option(help='Region of interest: "x,y x,y x,y ...", fractions of the picture from the top left.'),
    ] = None,
    anchor: Annotated[Anchor, typer.Option(help="The point of a box that has to be inside.")] = Anchor.BOTTOM_CENTER,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    model: Annotated[Path | None, typer.Option(help="A detection model; else as `onwatch up` chooses.")] = None,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Count the vehicles of one file with nobody watching, and print the numbers."""
    configure_logs("warning", "text")
    if not file.is_file():
        _give_up(f"{file}: there is no such file", MISUSED)
    points = _parsed(roi)
    with tempfile.TemporaryDirectory(prefix="onwatch-") as folder:
        # Models and compiled models stay in the data folder; videos and numbers of this run do not.
        kept: dict[str, Any] = {"models_dir": data_dir / "models", "cache_dir": data_dir / "cache"}
        given = kept | ({"model": model} if model else {})
        result = _analyzed(file, _configured(Path(folder), settings, **given), points, anchor)
    _print(result, as_json=as_json)


def _analyzed(file: Path, configuration: Configuration, roi: Points | None, anchor: Anchor) -> Result:
    from onwatch.analyze import AnalysisFailed, analyze  # seconds: only when it is wanted
    from onwatch.model import settle_model

    settle_model(configuration.detector, err)
    columns = (TextColumn("Analysing {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task(file.name, total=1.0)

            def on_progress(fraction: float) -> None:
                bar.update(task, completed=fraction)

            return asyncio.run(analyze(file, configuration, roi=roi, anchor=anchor, on_progress=on_progress))
    except AnalysisFailed as error:
        _give_up(f"{file.name}: {error}", FAILED)


def _print(result: Result, *, as_json: bool) -> None:
    from onwatch import report

    if as_json:
        typer.echo(json.dumps(report.as_json(result), indent=2))
    else:
        out.print(report.summary(result), highlight=False)
        out.print(report.as_table(result))


@app.command()
def config(data_dir: DataDir = Path("data"), settings: SettingsFile = SETTINGS_FILE) -> None:
    """Print every setting that is in force, as lines that a settings file may hold."""
    configuration = _configured(data_dir, settings)
    typer.echo(f"# from the environment, else {configuration.file}, else the defaults")
    for line in lines_of(configuration):
        typer.echo(line)


@app.command()
def run(name: Annotated[ServiceName, typer.Argument(help="Which one.")]) -> None:
    """Run one service as a process of its own, on RabbitMQ, Redis and PostgreSQL (settings from the environment).

    `all` is the one-process mode, the same as `onwatch up`.
    """
    if name == "all":
        app(["up"])
    sys.argv[1:] = []
    runpy.run_module(f"onwatch_{name}", run_name="__main__")


@app.command()
def migrate() -> None:
    """Bring the databases of catalog and aggregator up to date (settings from the environment)."""
    from onwatch.migrating import StoreUnavailable, migrate_all

    configure_logs("info", "text")
    try:
        for name in migrate_all():
            err.print(f"{name}: up to date")
    except (*StoreUnavailable, ValueError) as error:
        _give_up(f"migrate: {error}", FAILED)


@models.command("quantize")
def quantize_command(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A float model: .onnx or .xml.")],
    clips: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Clips of the camera it is for.")],
    to: Annotated[Path | None, typer.Option(help="The INT8 model to write; default: NAME-int8.xml beside it.")] = None,
) -> None:
    """Make an INT8 model, which is faster on most CPUs, and say how far it finds what the float model finds."""
    from onwatch.model import quantized  # seconds: only when it is wanted
    from onwatch_detector.engines import ModelUnusable
    from onwatch_detector.errors import VideoUnreadable

    target = to or model.with_name(f"{model.stem}-int8.xml")
    if target.suffix != ".xml":
        _give_up(f"{target}: an INT8 model is written as .xml, with its weights beside it", MISUSED)
    try:
        out.print(quantized(model, clips, target), soft_wrap=True)
    except (ModelUnusable, VideoUnreadable) as error:
        _give_up(str(error), FAILED)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(version_of("onwatch"))


def _configured(data_dir: Path, file: Path, **detector: Any) -> Configuration:
    try:
        return configure(data_dir, file, **detector)
    except (UnknownSetting, ValidationError) as error:
        _give_up(str(error), MISUSED)


def _parsed(roi: str | None) -> Points | None:
    try:
        return parse_roi(roi) if roi is not None else None
    except ValueError as error:
        _give_up(f"--roi: {error}", MISUSED)


def _give_up(why: str, code: int) -> NoReturn:
    err.print(Text.assemble(("onwatch: ", "red"), why), soft_wrap=True)
    raise typer.Exit(code)


def main() -> None:
    app()
