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
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.observe.logs import configure_logs
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
VideoFile = Annotated[Path, typer.Argument(help="A video file.")]
Roi = Annotated[
    str | None,
    typer.Option(help='Region of interest: "x,y x,y x,y ...", fractions of the picture from the top left.'),
]
AnchorPoint = Annotated[Anchor, typer.Option(help="The point of a box that has to be inside.")]
ModelFile = Annotated[Path | None, typer.Option(help="A detection model; else as `onwatch up` chooses.")]
Engine = Annotated[
    EngineChoice,
    typer.Option(
        "--engine", help="What finds vehicles: a model, what moves before a fixed camera, or the better of both."
    ),
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
    file: VideoFile,
    roi: Roi = None,
    anchor: AnchorPoint = Anchor.BOTTOM_CENTER,
    engine: Engine = EngineChoice.AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    model: ModelFile = None,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Count the vehicles of one file with nobody watching, and print the numbers."""
    configure_logs("warning", "text")
    if not file.is_file():
        _give_up(f"{file}: there is no such file", MISUSED)
    points = _parsed(roi)
    with tempfile.TemporaryDirectory(prefix="onwatch-") as folder:
        configuration = _configured_for_one_file(Path(folder), settings, data_dir, model=model)
        result = _analyzed(file, configuration, points, anchor, engine)
    _print(result, as_json=as_json)


def _analyzed(
    file: Path, configuration: Configuration, roi: Points | None, anchor: Anchor, engine: EngineChoice
) -> Result:
    from onwatch.analyze import AnalysisFailed, analyze  # seconds: only when it is wanted
    from onwatch.model import settle_model

    if engine is not EngineChoice.MOTION:
        settle_model(configuration.detector, err)
    columns = (TextColumn("Analysing {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task(file.name, total=1.0)

            def on_progress(fraction: float) -> None:
                bar.update(task, completed=fraction)

            return asyncio.run(
                analyze(file, configuration, roi=roi, anchor=anchor, engine=engine, on_progress=on_progress)
            )
    except AnalysisFailed as error:
        _give_up(f"{file.name}: {error}", FAILED)


def _print(result: Result, *, as_json: bool) -> None:
    from onwatch import report

    if advice := report.hint(result):
        err.print(Text.assemble(("hint: ", "yellow"), advice), soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(report.as_json(result), indent=2))
    else:
        out.print(report.summary(result), highlight=False)
        out.print(report.as_table(result))


@app.command("tally")
def tally_command(
    file: VideoFile,
    roi: Roi = None,
    anchor: AnchorPoint = Anchor.BOTTOM_CENTER,
    engine: Engine = EngineChoice.AUTO,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is served; 0: any free port.")] = 0,
    json_out: Annotated[
        Path | None,
        typer.Option("--json", dir_okay=False, writable=True, help="Write the comparison there once you are done."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start again; an earlier count is set aside.")] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    model: ModelFile = None,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Count a clip yourself in the browser, then see how far the system is from your count.

    Press a key for each vehicle that enters the region. When you are done the two counts are laid side by side, with
    MAPE, GEH and every vehicle that only one of you saw. Your marks are kept in the data folder, in `tallies`.
    """
    configure_logs("warning", "text")
    if not file.is_file():
        _give_up(f"{file}: there is no such file", MISUSED)
    if json_out is not None and not json_out.parent.is_dir():
        _give_up(f"--json: there is no folder {json_out.parent}", MISUSED)
    points = _parsed(roi)
    from onwatch_tally.serve import CannotTally, Wanted, tally  # seconds: only when it is wanted

    with tempfile.TemporaryDirectory(prefix="onwatch-") as folder:
        configuration = _configured_for_one_file(Path(folder), settings, data_dir, model=model)
        wanted = Wanted(file, points, anchor, data_dir, Path(folder), port, json_out, fresh, open_browser, engine)
        try:
            asyncio.run(tally(wanted, configuration, err))
        except CannotTally as error:
            _give_up(str(error), FAILED)


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
    from onwatch.migrating import migrate_all
    from onwatch_sql.errors import StoreUnavailable

    configure_logs("info", "text")
    try:
        for name in migrate_all():
            err.print(f"{name}: up to date")
    except (StoreUnavailable, ValueError) as error:
        _give_up(f"migrate: {error}", FAILED)


@models.command("quantize")
def quantize_command(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A float model: .onnx or .xml.")],
    clips: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Clips of the camera it is for.")],
    to: Annotated[Path | None, typer.Option(help="The INT8 model to write; default: NAME-int8.xml beside it.")] = None,
) -> None:
    """Make an INT8 model, which is faster on most CPUs, and say how far it finds what the float model finds."""
    from onwatch.model import quantized  # seconds: only when it is wanted
    from onwatch_detector.detect.engines import ModelUnusable
    from onwatch_detector.errors import VideoUnreadable

    target = to or model.with_name(f"{model.stem}-int8.xml")
    if target.suffix != ".xml":
        _give_up(f"{target}: an INT8 model is written as .xml, with its weights beside it", MISUSED)
    try:
        out.print(quantized(model, clips, target), soft_wrap=True)
    except (ModelUnusable, VideoUnreadable) as error:
        _give_up(str(error), FAILED)


@app.command()
def doctor(
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired; asks first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    requeue: Annotated[bool, typer.Option("--requeue", help="Say every dead letter on the bus again.")] = False,
    purge_dead: Annotated[bool, typer.Option("--purge-dead", help="Drop all dead letters; asks first.")] = False,
    min_age_s: Annotated[
        float, typer.Option("--min-age", min=0, help="Seconds; what is younger may still be under way.")
    ] = 3600.0,
    settle_s: Annotated[
        float, typer.Option("--settle", min=0, help="Seconds between two looks; only what both find is told.")
    ] = 3.0,
    management_url: Annotated[
        str | None,
        typer.Option(
            envvar="ONWATCH_MANAGEMENT_URL",
            help="RabbitMQ's management plug-in (http://user:password@host:15672), to look for queues of nobody.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look for what was left behind: files, rows, keys, queues and messages that belong to nothing.

    Looks at the servers that the environment names (ONWATCH_CATALOG_DATABASE_URL, ONWATCH_AGGREGATOR_REDIS_URL, ...);
    where it names none, at the data folder of `onwatch up`. Works beside a running system, and changes nothing without
    --fix, --requeue or --purge-dead. Ends with 0: nothing is wrong (any more), 1: something is, 2: could not look.
    """
    from onwatch.doctor import find_patient  # seconds: only when it is wanted
    from onwatch.doctor_command import Orders, Outcome, consult
    from onwatch_runtime.observe.findings import CouldNotLook

    configure_logs("error", "text")
    orders = Orders(fix, yes, as_json, requeue, purge_dead, min_age_s, settle_s)
    try:
        outcome = consult(find_patient(data_dir, settings, management_url=management_url), orders, out, err)
    except (CouldNotLook, UnknownSetting, ValidationError) as error:
        _give_up(f"could not look: {error}", Outcome.COULD_NOT_LOOK)
    raise typer.Exit(outcome)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(version_of("onwatch"))


def _configured_for_one_file(folder: Path, settings: Path, data_dir: Path, **detector: Any) -> Configuration:
    """Models and compiled models stay in the data folder; videos and numbers of this run are in `folder`."""
    chosen = {name: value for name, value in detector.items() if value is not None}
    kept = {"models_dir": data_dir / "models", "cache_dir": data_dir / "cache"}
    return _configured(folder, settings, **kept, **chosen)


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
