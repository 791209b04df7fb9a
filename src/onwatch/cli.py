"""The program `onwatch`: its commands, and those that other installed distributions register."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from importlib.metadata import entry_points
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from onwatch.configuration import SETTINGS_FILE, Configuration, lines_of
from onwatch.dead_letters import dead_letters
from onwatch.options import (
    FAILED,
    MISUSED,
    AnchorPoint,
    DataDir,
    Engine,
    Interval,
    ModelFile,
    Port,
    RecordedFps,
    Roi,
    SettingsFile,
    SiteFileOption,
    TablesFolder,
    VideoFiles,
    at_port,
    configured,
    configured_for_one_file,
    err,
    existing,
    existing_file,
    give_up,
    out,
    parsed_roi,
)
from onwatch.roi import Points
from onwatch.status import status
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.errors import StartRefused
from onwatch_runtime.observe import configure_logs
from onwatch_runtime.settings import UnknownSetting

if TYPE_CHECKING:
    from onwatch.analyze import Result, SiteRequest
    from onwatch.recordings import Recording
    from onwatch.site_tables import SiteTables
    from onwatch_catalog.settings import CatalogSettings

COMMANDS_GROUP = "onwatch.commands"
"""Entry points of this group are further commands. Their modules have to import fast: each start loads all of them."""

NO_SYSTEM_LIBRARY = "cannot open shared object file"
"""Of the dynamic loader of Linux, in an `ImportError`."""

app = typer.Typer(
    help="Counts vehicles in traffic videos, and computes only what somebody watches.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models = typer.Typer(help="Detection models.", no_args_is_help=True)
app.add_typer(models, name="model")
app.add_typer(dead_letters, name="dead-letters")
app.command()(status)

ServiceName = StrEnum("ServiceName", ("catalog", "gateway", "detector", "aggregator", "dashboard", "all"))


@app.command()
def up(
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    port: Port = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Start everything in one process and print its address."""
    configure_logs(log_level, "text")
    configuration = at_port(configured(data_dir, settings), port)
    from onwatch.up import up as serve  # takes seconds, which the other commands save

    try:
        asyncio.run(serve(configuration, err))
    except (OSError, StartRefused) as error:
        give_up(f"cannot start: {error}", FAILED)


@app.command("analyze")
def analyze_command(
    files: VideoFiles,
    roi: Roi = None,
    anchor: AnchorPoint = Anchor.BOTTOM_CENTER,
    engine: Engine = EngineChoice.AUTO,
    recorded_fps: RecordedFps = None,
    join: Annotated[
        bool, typer.Option("--join", help="Analyse recordings that follow one another without a gap as one video.")
    ] = False,
    zones: SiteFileOption = None,
    tables: TablesFolder = None,
    interval: Interval = "15m",
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    model: ModelFile = None,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Count the vehicles of files or of all files in a folder without a viewer, and print the results.

    Several files are analysed in the order of their times. One that fails is reported, and the rest goes on: the exit
    code is then 1.
    """
    configure_logs("warning", "text")
    for file in files:
        existing(file)
    points = parsed_roi(roi)
    site = _site_request(zones, tables, interval)

    def analyzed(recording: Recording) -> Result:
        with tempfile.TemporaryDirectory(prefix="onwatch-") as folder:
            configuration = configured_for_one_file(Path(folder), settings, data_dir, model=model)
            return _analyzed(recording, Path(folder), configuration, points, anchor, engine, recorded_fps, site)

    if len(files) == 1 and files[0].is_file():
        _analyze_one(files[0], analyzed, tables, as_json=as_json)
    else:
        catalog = configured(data_dir, settings).catalog
        _analyze_all(files, analyzed, catalog, tables, is_joined=join, as_json=as_json)


def _site_request(zones: Path | None, tables: Path | None, interval: str) -> SiteRequest | None:
    """What `--zones` and its companions request; None without zones."""
    if zones is None:
        if tables is not None:
            give_up("--tables needs --zones: the tables are those of zones and gates", MISUSED)
        return None
    from onwatch.analyze import SiteRequest

    return SiteRequest(zones.read_bytes(), interval)


def _analyze_one(file: Path, analyzed: Callable[[Recording], Result], tables: Path | None, *, as_json: bool) -> None:
    from onwatch.analyze import AnalysisFailed
    from onwatch.recordings import Recording

    try:
        result = analyzed(Recording((file,)))
    except AnalysisFailed as error:
        give_up(f"{file.name}: {error}", FAILED)
    if tables is not None and result.site is not None:
        result.site.write(tables)
    _print(result, as_json=as_json)


def _analyze_all(
    paths: list[Path],
    analyzed: Callable[[Recording], Result],
    catalog: CatalogSettings,
    tables: Path | None,
    *,
    is_joined: bool,
    as_json: bool,
) -> None:
    from onwatch import report
    from onwatch.analyze import AnalysisFailed
    from onwatch.recordings import files_of, recordings_of
    from onwatch_catalog.service import inspector_of

    files, skipped = files_of(paths)
    for file in skipped:
        err.print(f"skipped {file.name}: not called like a video", highlight=False, markup=False)
    recordings, unusable = asyncio.run(recordings_of(files, inspector_of(catalog), is_joined=is_joined))
    failed = [(file.name, why) for file, why in unusable]
    found: list[tuple[Recording, Result]] = []
    for recording in recordings:
        try:
            result = analyzed(recording)
        except AnalysisFailed as error:
            failed.append((recording.name, str(error)))
            continue
        found.append((recording, result))
        if tables is not None and result.site is not None:
            result.site.write(tables / Path(recording.name).stem)
        if not as_json:
            out.print(f"\n{recording.name}", style="bold", highlight=False, markup=False)
            _print(result, as_json=False)
    for name, why in failed:
        err.print(Text.assemble(("onwatch: ", "red"), f"{name}: {why}"), soft_wrap=True)
    if as_json:
        listed = [report.as_json(result) | {"files": _names(recording)} for recording, result in found]
        typer.echo(json.dumps(listed + [{"files": [name], "error": why} for name, why in failed], indent=2))
    else:
        out.print(report.totals([result for _, result in found], len(failed)), highlight=False)
    if failed or not files:
        raise typer.Exit(FAILED)


def _names(recording: Recording) -> list[str]:
    return [file.name for file in recording.files]


def _analyzed(
    recording: Recording,
    folder: Path,
    configuration: Configuration,
    roi: Points | None,
    anchor: Anchor,
    engine: EngineChoice,
    recorded_fps: float | None,
    site: SiteRequest | None,
) -> Result:
    from onwatch.analyze import AnalysisFailed, analyze  # takes seconds, which the other commands save
    from onwatch.model import prepare_model
    from onwatch_media import VideoUnusable

    if engine is not EngineChoice.MOTION:
        prepare_model(configuration.detector, err)
    try:
        file, seams = recording.as_one_file(folder)
    except VideoUnusable as error:
        raise AnalysisFailed(str(error)) from error
    columns = (TextColumn("Analysing {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(recording.name, total=1.0)

        def on_progress(fraction: float) -> None:
            bar.update(task, completed=fraction)

        result = asyncio.run(
            analyze(
                file,
                configuration,
                roi=roi,
                anchor=anchor,
                engine=engine,
                recorded_fps=recorded_fps,
                site=site,
                on_progress=on_progress,
            )
        )
    return replace(result, notes=(*seams, *result.notes))


def _print(result: Result, *, as_json: bool) -> None:
    from onwatch import report

    if hint := report.hint(result):
        err.print(Text.assemble(("hint: ", "yellow"), hint), soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(report.as_json(result), indent=2))
    else:
        if notes := report.notes(result):
            out.print(notes, highlight=False, markup=False, soft_wrap=True)
        out.print(report.summary(result), highlight=False)
        out.print(report.as_table(result))
        if result.site is not None:
            _print_site(result.site)


def _print_site(tables: SiteTables) -> None:
    from onwatch.site_report import site_report

    for part in site_report(tables.results, tables.flows):
        out.print(part, highlight=False, markup=False, soft_wrap=isinstance(part, str))


@app.command("recount")
def recount_command(
    video_id: Annotated[str, typer.Argument(help="The id of a finished video.")],
    zones: SiteFileOption = None,
    tables: TablesFolder = None,
    interval: Interval = "15m",
    url: Annotated[
        str, typer.Option("--url", envvar="ONWATCH_URL", help="Address of a running Onwatch.")
    ] = "http://localhost:8000",
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="ONWATCH_TOKEN", help="A token with the role operator, from the page Accounts."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Count a finished video again from its log, without decoding it, and print its zones and gates.

    With `--zones` its zones, gates and movements are replaced first. Earlier results stay until the new ones are there.
    """
    from onwatch import report
    from onwatch.recount import recount_at
    from onwatch.site_tables import RecountFailed, RequestRefused, Unreachable

    with Progress(TextColumn("Counting"), BarColumn(), TaskProgressColumn(), console=err, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def on_progress(fraction: float) -> None:
            bar.update(task, completed=fraction)

        try:
            site = zones.read_bytes() if zones else None
            found = asyncio.run(recount_at(url, token, video_id, site, interval, on_progress))
        except (RecountFailed, RequestRefused, Unreachable) as error:
            give_up(f"video {video_id}: {error}", FAILED)
    if tables is not None:
        found.write(tables)
    if as_json:
        typer.echo(json.dumps(report.site_as_json(found), indent=2))
    else:
        _print_site(found)


@app.command()
def config(data_dir: DataDir = Path("data"), settings: SettingsFile = SETTINGS_FILE) -> None:
    """Print every setting in force, as lines of a settings file."""
    configuration = configured(data_dir, settings)
    typer.echo(f"# from the environment, else {configuration.file}, else the defaults")
    for line in lines_of(configuration):
        typer.echo(line)


@app.command()
def run(name: Annotated[ServiceName, typer.Argument(help="The service.")]) -> None:
    """Run one service as a process of its own, on RabbitMQ, Redis and PostgreSQL (settings from the environment).

    `all` is the one-process mode, the same as `onwatch up`.
    """
    if name == "all":
        app(["up"])
    sys.argv[1:] = []
    runpy.run_module(f"onwatch_{name}", run_name="__main__")


@app.command()
def migrate() -> None:
    """Migrate the databases of catalog and aggregator to the newest schema (settings from the environment)."""
    from onwatch.migrating import migrate_all
    from onwatch_sql.errors import StoreUnavailable

    configure_logs("info", "text")
    try:
        for name in migrate_all():
            err.print(f"{name}: up to date")
    except (StoreUnavailable, StartRefused, ValueError) as error:
        give_up(f"migrate: {error}", FAILED)


@models.command("quantize")
def quantize_command(
    model: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A float model: .onnx or .xml.")],
    clips: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Clips of the camera it is for.")],
    to: Annotated[Path | None, typer.Option(help="The INT8 model to write; default: NAME-int8.xml beside it.")] = None,
) -> None:
    """Write an INT8 model, which is faster on most CPUs, and print how far it agrees with the float model."""
    from onwatch.model import quantized  # takes seconds, which the other commands save
    from onwatch_detector.detect.engines import ModelUnusable
    from onwatch_detector.errors import VideoUnreadable

    target = to or model.with_name(f"{model.stem}-int8.xml")
    if target.suffix != ".xml":
        give_up(f"{target}: an INT8 model is written as .xml, with its weights beside it", MISUSED)
    try:
        out.print(quantized(model, clips, target), soft_wrap=True)
    except (ModelUnusable, VideoUnreadable) as error:
        give_up(str(error), FAILED)


@app.command()
def doctor(
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired, after confirmation.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    requeue: Annotated[bool, typer.Option("--requeue", help="Republish every dead-lettered message.")] = False,
    purge_dead: Annotated[
        bool, typer.Option("--purge-dead", help="Delete all dead-lettered messages, after confirmation.")
    ] = False,
    min_age_s: Annotated[
        float, typer.Option("--min-age", min=0, help="Seconds; younger files, rows and keys may still be in use.")
    ] = 3600.0,
    settle_s: Annotated[
        float, typer.Option("--settle", min=0, help="Seconds between two checks; only what both find is reported.")
    ] = 3.0,
    management_url: Annotated[
        str | None,
        typer.Option(
            envvar="ONWATCH_MANAGEMENT_URL",
            help="RabbitMQ's management plug-in (http://user:password@host:15672), to find queues without an owner.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find orphans: files, rows, keys, queues and messages that belong to nothing.

    Checks the servers that the environment names (ONWATCH_CATALOG_DATABASE_URL, ONWATCH_AGGREGATOR_REDIS_URL, ...), or
    without any the data folder of `onwatch up`. May run beside a running system, and changes nothing without --fix,
    --requeue or --purge-dead. Exit code 0: nothing is wrong (any more), 1: something is, 2: the check failed.
    """
    from onwatch.doctor import DoctorOptions, ExitCode, locate_stores, run_doctor  # takes seconds
    from onwatch_runtime.observe import ExaminationFailed

    configure_logs("error", "text")
    options = DoctorOptions(fix, yes, as_json, requeue, purge_dead, min_age_s, settle_s)
    try:
        exit_code = run_doctor(locate_stores(data_dir, settings, management_url=management_url), options, out, err)
    except (ExaminationFailed, UnknownSetting, ValidationError) as error:
        give_up(f"cannot check: {error}", ExitCode.CHECK_FAILED)
    raise typer.Exit(exit_code)


@app.command()
def backup(
    target: Annotated[
        Path, typer.Argument(help="A new file, a folder (the file is named after the time), or - for standard output.")
    ],
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    verify: Annotated[bool, typer.Option("--verify", help="Read the file again when it is complete.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: verify that TARGET, a backup, can be restored.")
    ] = False,
) -> None:
    """Write databases and video files into one file, while Onwatch runs or not.

    Uses the servers that the environment names (ONWATCH_CATALOG_DATABASE_URL, ONWATCH_CATALOG_MEDIA_DIR, ...), or
    without any the data folder of `onwatch up`. Runs in progress are not in it: they start again after a restore.
    Keep the file secret. Exit code 0: the backup is complete, 1: it is not.
    """
    from onwatch.backup import BackupFailed, run_backup, run_check  # takes seconds
    from onwatch.doctor import locate_stores
    from onwatch_runtime.observe import ExaminationFailed

    configure_logs("warning", "text")
    try:
        if check:
            run_check(existing_file(target), err)
        else:
            run_backup(locate_stores(data_dir, settings), target, err, is_verified=verify)
    except (BackupFailed, ExaminationFailed, UnknownSetting, ValidationError) as error:
        give_up(f"backup: {error}", FAILED)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A backup that `onwatch backup` wrote.")],
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what is there, after confirmation. Default: only an empty system.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Restore a backup, also an older version's, into databases and media folder. Stop all services before.

    Verifies the whole backup first, prepares everything beside what is there, and replaces it at the end. If that is
    interrupted, services refuse to start until the same command has run again. Uses the same settings as
    `onwatch backup`; the kind of the databases may be another one than that of the backup. Exit code 0: restored,
    1: not.
    """
    from onwatch.backup import BackupFailed, run_restore  # takes seconds
    from onwatch.doctor import locate_stores
    from onwatch_runtime.observe import ExaminationFailed

    configure_logs("warning", "text")
    try:
        stores = locate_stores(data_dir, settings, must_exist=False)
        run_restore(stores, existing_file(source), err, may_replace=replace, yes=yes)
    except (BackupFailed, ExaminationFailed, UnknownSetting, ValidationError) as error:
        give_up(f"restore: {error}", FAILED)


@app.command("login-link")
def login_link(
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
    url: Annotated[
        str, typer.Option("--url", envvar="ONWATCH_URL", help="Address of the running Onwatch.")
    ] = "http://localhost:8000",
) -> None:
    """Print a link that logs an administrator in, once and within an hour: if the password was lost, for example.

    Uses the database that the environment names (ONWATCH_CATALOG_DATABASE_URL), or without it the data folder of
    `onwatch up`.
    """
    from onwatch.doctor import locate_stores  # takes seconds
    from onwatch_catalog.login_link import new_login_path
    from onwatch_runtime.observe import ExaminationFailed
    from onwatch_sql.errors import StoreUnavailable

    try:
        path = asyncio.run(new_login_path(locate_stores(data_dir, settings).catalog))
    except (ExaminationFailed, StoreUnavailable, UnknownSetting, ValidationError) as error:
        give_up(f"no link: {error}", FAILED)
    if path is None:
        give_up("there is no administrator: was Onwatch ever started with logins (ONWATCH_AUTH=on)?", FAILED)
    typer.echo(f"{url.rstrip('/')}{path}")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(version_of("onwatch"))


def add_installed_commands() -> None:
    """Add the commands that other distributions register as entry points."""
    for command in entry_points(group=COMMANDS_GROUP):
        app.command(command.name)(command.load())


def main() -> None:
    add_installed_commands()
    try:
        app()
    except ImportError as error:
        if NO_SYSTEM_LIBRARY not in str(error):
            raise
        # pip installs OpenCV for desktops beside the one without windows, because a dependency asks for it.
        err.print(
            f"onwatch: a library of the system is missing: {error}. For libGL.so.1 on a machine without a desktop: "
            "apt install libgl1, or see docs/deploy.md, With pip",
            highlight=False,
            soft_wrap=True,
        )
        sys.exit(FAILED)
