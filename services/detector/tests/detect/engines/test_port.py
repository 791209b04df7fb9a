from pathlib import Path

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines import TYPES, Detections, EngineOptions, ModelUnusable


def test_no_detections_have_the_shapes_of_some():
    nothing = Detections.none()
    assert len(nothing) == 0
    assert nothing.boxes.shape == (0, 4)
    assert nothing.confidences.shape == (0,)
    assert nothing.scores.shape == (0, len(TYPES))


def test_scores_have_a_column_for_each_vehicle_type():
    assert set(TYPES) == set(VehicleType)


def test_an_unusable_model_is_told_with_its_file_and_the_reason():
    error = ModelUnusable(Path("models/bus.onnx"), "it is empty")
    assert str(error) == "model models/bus.onnx cannot be used: it is empty"


def test_an_unknown_precision_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="precision 'int3' is not known; expected one of f32, f16, bf16"):
        EngineOptions(precision="int3")
