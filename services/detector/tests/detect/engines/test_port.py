from pathlib import Path

import pytest

from onwatch_detector.detect.engines import EngineOptions, ModelUnusable


def test_an_unusable_model_is_named_with_the_reason():
    error = ModelUnusable(Path("models/bus.onnx"), "it is empty")
    assert str(error) == "model models/bus.onnx cannot be used: it is empty"


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="precision 'int3' is not known; expected one of f32, f16, bf16"):
        EngineOptions(precision="int3")
