"""Chooses the model of a worker: the configured one, else one in the data folder, else the default, else the demo."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from onwatch_detector.detect.engines import MODEL_SUFFIXES, Engine, EngineOptions, ModelUnusable, open_engine
from onwatch_detector.detect.models.download import YOLOX_TINY, DownloadFailed, ModelDownload, Progress
from onwatch_detector.settings import DetectorSettings

log = logging.getLogger(__name__)

WEAK_SHARE = 0.4  # of the threshold: weaker detections are mostly false

DEMO_NAME = "demo"
DEMO_MODEL = Path(__file__).parent / "demo.onnx"
DEFAULT_MODEL = ModelDownload(YOLOX_TINY)  # one attempt per process


class Origin(StrEnum):
    """Origin of a model."""

    CONFIGURED = "configured"
    DATA_FOLDER = "data_folder"
    DOWNLOADED = "downloaded"
    DEMO = "demo"


@dataclass(frozen=True)
class ModelChoice:
    """A model, its name in results, and why it was chosen."""

    path: Path
    name: str
    origin: Origin
    reason: str


def choose_model(
    configured: Path | None,
    models_dir: Path,
    *,
    download: ModelDownload | None,
    progress: Progress | None = None,
    demo: Path = DEMO_MODEL,
) -> ModelChoice:
    """Blocks while it downloads. `ModelUnusable` if the configured file, or in the end the demo model, does not exist.

    A configured model is never replaced by another: somebody relies on its numbers. `download` None: no download.
    """
    if configured is not None:
        return _configured(configured)
    default = models_dir / download.source.file_name if download else None
    found = _models_in(models_dir)
    if own := [path for path in found if path != default]:
        return ModelChoice(own[0], own[0].stem, Origin.DATA_FOLDER, f"the first by name in {models_dir}")
    if default in found:
        return ModelChoice(found[0], found[0].stem, Origin.DOWNLOADED, "the default, downloaded before")
    if download is None:
        return _demo(demo, f"no model in {models_dir}, and downloading is switched off")
    try:
        path = download.fetch(models_dir, progress)
    except DownloadFailed as error:
        return _demo(demo, f"no model in {models_dir}, and the default could not be downloaded: {error}")
    return ModelChoice(path, path.stem, Origin.DOWNLOADED, f"the default, from {download.source.url}")


def open_chosen_engine(settings: DetectorSettings, *, download: ModelDownload = DEFAULT_MODEL) -> Engine:
    """The engine of the model chosen by the settings. Blocks for seconds. `ModelUnusable` says what is wrong."""
    choice = choose_model(settings.model, settings.models, download=download if settings.download else None)
    log.info("model %s (%s: %s)", choice.path, choice.origin, choice.reason)
    return open_engine(choice.path, name=choice.name, options=engine_options(settings))


def engine_options(settings: DetectorSettings) -> EngineOptions:
    return EngineOptions(
        confidence=settings.confidence,
        weak_confidence=WEAK_SHARE * settings.confidence,
        device=settings.device,
        threads=settings.threads or None,
        precision=settings.precision,
        cache_dir=settings.cache,
        classes=settings.classes,
    )


def _configured(path: Path) -> ModelChoice:
    if not path.is_file():
        raise ModelUnusable(path, "it is configured, but there is no such file")
    try:
        path.open("rb").close()
    except OSError as error:
        raise ModelUnusable(path, f"it is configured, but cannot be read: {error.strerror}") from error
    return ModelChoice(path, path.stem, Origin.CONFIGURED, "configured")


def _models_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in MODEL_SUFFIXES and path.is_file())


def _demo(path: Path, reason: str) -> ModelChoice:
    if not path.is_file():
        raise ModelUnusable(path, f"{reason}; and the demo model is missing")
    log.warning("using the demo model, which works for synthetic clips only: %s", reason)
    return ModelChoice(path, DEMO_NAME, Origin.DEMO, reason)
