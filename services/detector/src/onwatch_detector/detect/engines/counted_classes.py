"""The classes of a model file that are counted, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from onwatch_detector.detect.engines.port import EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.tensors import VehicleClasses

LONGEST_LIST = 200  # characters of an error


def counted_classes(names: Mapping[int, str], options: EngineOptions, path: Path) -> VehicleClasses:
    """`ModelUnusable` where no class is a vehicle, or one that is asked for is not there."""
    known = f"it knows {', '.join(names.values())[:LONGEST_LIST]}"
    try:
        classes = VehicleClasses.among(names, options.classes)
    except ValueError as error:
        raise ModelUnusable(path, f"{error}; {known}") from error
    if not classes:
        raise ModelUnusable(path, f"none of its classes is a vehicle; {known}")
    return classes
