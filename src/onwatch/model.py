"""The detection model: downloaded before the services start, with a progress bar; quantized on request."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from onwatch_detector.detect.engines import (
    CALIBRATION_PICTURES,
    ModelUnusable,
    compare,
    open_engine,
    quantize,
    sample_pictures,
)
from onwatch_detector.detect.models import DEFAULT_MODEL, ModelChoice, Origin, choose_model
from onwatch_detector.settings import DetectorSettings


def prepare_model(settings: DetectorSettings, console: Console) -> None:
    """Download the default model if it is needed, and print which model will be used.

    An unusable model is only reported here: videos can be uploaded without it, and the run that needs it fails.
    """
    columns = (TextColumn("Downloading the default model"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            choice = _choose(settings, bar)
    except ModelUnusable as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        return
    console.print(_described(choice), soft_wrap=True)


def _choose(settings: DetectorSettings, bar: Progress) -> ModelChoice:
    task = bar.add_task("model", visible=False)

    def on_progress(received: int, total: int) -> None:
        bar.update(task, completed=received, total=total, visible=True)

    download = DEFAULT_MODEL if settings.download else None
    return choose_model(settings.model, settings.models, download=download, progress=on_progress)


def _described(choice: ModelChoice) -> str:
    if choice.origin is Origin.DEMO:
        return f"[yellow]Demo model: it detects vehicles in synthetic clips only ({choice.reason}).[/yellow]"
    return f"Model {choice.name}: {choice.reason}."


def quantized(model: Path, clips: Sequence[Path], target: Path) -> str:
    """Write the INT8 model, and describe how far it agrees with the float model. Raises as `quantize` does."""
    quantize(model, clips, target)
    with ExitStack() as stack:
        before, after = (stack.enter_context(closing(open_engine(each, name=each.stem))) for each in (model, target))
        agreement = compare(before, after, sample_pictures(clips, CALIBRATION_PICTURES))
    return (
        f"Wrote {target}. Of {agreement.boxes} vehicles that {model.name} finds in the clips, it finds "
        f"{agreement.found_again} again, and {agreement.others} others."
    )
