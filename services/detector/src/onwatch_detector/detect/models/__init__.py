"""Chooses the model of a worker, downloads the default one, and keeps its engine open."""

from onwatch_detector.detect.models.choice import (
    DEFAULT_MODEL,
    DEMO_MODEL,
    DEMO_NAME,
    ModelChoice,
    Origin,
    choose_model,
    engine_options,
    open_chosen_engine,
)
from onwatch_detector.detect.models.download import YOLOX_TINY, DownloadFailed, ModelDownload, ModelSource
from onwatch_detector.detect.models.engine_cache import EngineCache

__all__ = [
    "DEFAULT_MODEL",
    "DEMO_MODEL",
    "DEMO_NAME",
    "YOLOX_TINY",
    "DownloadFailed",
    "EngineCache",
    "ModelChoice",
    "ModelDownload",
    "ModelSource",
    "Origin",
    "choose_model",
    "engine_options",
    "open_chosen_engine",
]
