"""On a stand-in for ultralytics with the few calls that are used: it is not among what the tests may install."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines import EngineClosed, EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.ultralytics_engine import UltralyticsEngine

COCO = {0: "person", 2: "car", 7: "truck"}


class Tensor:
    def __init__(self, values):
        self._values = np.array(values, np.float32)

    def cpu(self):
        return self

    def numpy(self):
        return self._values


class Yolo:
    def __init__(self, rows, names, task):
        self.task, self.names = task, names
        self._rows = np.array(rows, np.float32).reshape(-1, 6)
        self.arguments = {}

    def predict(self, picture, **arguments):
        self.arguments = arguments
        boxes = SimpleNamespace(
            xyxy=Tensor(self._rows[:, :4]), conf=Tensor(self._rows[:, 4]), cls=Tensor(self._rows[:, 5])
        )
        return [SimpleNamespace(boxes=boxes)]


class Package:
    """Replaces both ultralytics and torch in `import_module`."""

    def __init__(self, rows=(), names=COCO, task="detect", error=None):
        self.model = Yolo(rows, names, task)
        self.settings, self.threads = {"sync": True}, None
        self._error = error

    def __call__(self, name):
        assert name in ("ultralytics", "torch")
        return self

    def YOLO(self, path):  # noqa: N802 their name
        if self._error:
            raise self._error
        return self.model

    def set_num_threads(self, threads):
        self.threads = threads


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    for variable in ("YOLO_OFFLINE", "YOLO_AUTOINSTALL", "YOLO_CONFIG_DIR"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)


def engine(tmp_path, package, **options):
    return UltralyticsEngine(tmp_path / "y.pt", "y", EngineOptions(**options), import_module=package)


PICTURE = np.zeros((50, 100, 3), np.uint8)


def test_boxes_become_detections_with_one_box_for_each_vehicle(tmp_path):
    rows = [[10, 10, 40, 40, 0.5, 2], [10, 10, 40, 41, 0.75, 7], [60, 10, 120, 40, 0.5, 2]]
    found = engine(tmp_path, Package(rows)).detect(PICTURE)
    assert found.vehicle_types == (VehicleType.TRUCK, VehicleType.CAR)
    assert found.boxes.tolist() == [[10, 10, 40, 41], [60, 10, 100, 40]]
    assert found.confidences.tolist() == [0.75, 0.5]


def test_a_picture_without_vehicles_has_none(tmp_path):
    assert len(engine(tmp_path, Package()).detect(PICTURE)) == 0


def test_only_vehicles_above_the_confidence_are_requested(tmp_path):
    package = Package()
    engine(tmp_path, package, confidence=0.4, device="CPU").detect(PICTURE)
    assert package.model.arguments["classes"] == [2, 7]
    assert package.model.arguments["conf"] == 0.4
    assert package.model.arguments["device"] == "cpu"
    assert "half" not in package.model.arguments


def test_half_precision_is_passed_to_ultralytics(tmp_path):
    package = Package()
    engine(tmp_path, package, precision="f16").detect(PICTURE)
    assert package.model.arguments["half"] is True


def test_ultralytics_sends_installs_and_writes_nothing_outside_the_cache(tmp_path):
    package = Package()
    engine(tmp_path, package, cache_dir=tmp_path / "cache", threads=2)
    assert package.settings == {"sync": False}
    assert package.threads == 2
    assert os.environ["YOLO_OFFLINE"] == "true"
    assert os.environ["YOLO_AUTOINSTALL"] == "false"
    assert os.environ["YOLO_CONFIG_DIR"] == str(tmp_path / "cache")


def test_without_ultralytics_the_error_says_what_to_do(tmp_path):
    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    with pytest.raises(
        ModelUnusable, match=r"pip install onwatch-detector\[ultralytics\].*No module named 'ultralytics'"
    ):
        engine(tmp_path, absent)


def test_a_file_it_cannot_read_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="ultralytics cannot read it: invalid magic number"):
        engine(tmp_path, Package(error=RuntimeError("invalid magic number")))


def test_a_model_for_another_task_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="its task is pose, not detect"):
        engine(tmp_path, Package(task="pose"))


def test_a_model_without_vehicles_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="none of its classes is a vehicle; it knows cat"):
        engine(tmp_path, Package(names={0: "cat"}))


def test_a_closed_engine_refuses_pictures(tmp_path):
    closed = engine(tmp_path, Package())
    closed.close()
    closed.close()
    with pytest.raises(EngineClosed):
        closed.detect(PICTURE)
