from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_detector.detect.engines.counted_classes import counted_classes
from onwatch_detector.detect.engines.port import EngineOptions, ModelUnusable

MODEL = Path("m.onnx")


def test_the_classes_of_the_settings_are_counted() -> None:
    names = {0: "person", 1: "tram", 2: "car"}
    assert counted_classes(names, EngineOptions(), MODEL).types == ("tram", "car")
    assert counted_classes(names, EngineOptions(classes=("person",)), MODEL).types == ("person",)


@pytest.mark.parametrize(
    ("names", "wanted", "reason"),
    [
        ({0: "person", 1: "dog"}, (), "none of its classes is a vehicle; it knows person, dog"),
        ({0: "car", 1: "bus"}, ("tram",), "no class of it is named tram; it knows car, bus"),
    ],
)
def test_a_model_without_the_classes_is_unusable(names: dict[int, str], wanted: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ModelUnusable, match=reason):
        counted_classes(names, EngineOptions(classes=wanted), MODEL)
