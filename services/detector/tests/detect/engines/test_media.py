"""Real weights on real clips, if they are beside the project."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines import EngineOptions, open_engine
from onwatch_detector.detections import TYPES

MODELS = ("yolov8n-640-int8", "yolo11n-320-int8", "yolox-nano-416")

pytestmark = [pytest.mark.media, pytest.mark.slow]


@pytest.fixture(scope="module")
def street(shared_dir: Path) -> Path:
    return shared_dir / "media" / "street.mp4"


@pytest.fixture(scope="module")
def opened(shared_dir: Path):
    def open_model(model: str, **options):
        return open_engine(shared_dir / "models" / f"{model}.onnx", name=model, options=EngineOptions(**options))

    return open_model


def pictures(street: Path, first: int, last: int):
    capture = cv2.VideoCapture(str(street))
    try:
        read = [capture.read()[1] for _ in range(last + 1)]
    finally:
        capture.release()
    return read[first:]


def in_roi(found, roi):
    """Those whose bottom centre is in the ROI."""
    feet = np.stack([found.boxes[:, [0, 2]].mean(axis=1), found.boxes[:, 3]], axis=1)
    return [row for row, foot in enumerate(feet) if cv2.pointPolygonTest(roi, foot.tolist(), False) >= 0]


@pytest.fixture(scope="module")
def truth(street: Path):
    return json.loads(street.with_suffix(".truth.json").read_text())


@pytest.fixture(scope="module")
def roi(truth):
    return (np.float32(truth["roi"]) * np.float32([640, 352])).astype(np.float32)


@pytest.mark.parametrize("model", MODELS)
def test_each_vehicle_in_the_roi_is_found_as_one(model, street, opened, truth, roi):
    engine = opened(model, confidence=0.4)  # at 320 pixels a shadow passes 0.25 for one frame
    for vehicle in truth["vehicles"]:
        middle = (vehicle["entered_frame"] + vehicle["left_frame"]) // 2
        for picture in pictures(street, middle - 1, middle + 1):
            assert len(in_roi(engine.detect(picture), roi)) == 1
    engine.close()


def test_the_pickup_is_voted_a_truck_and_the_big_car_behind_it_stays_a_car(street, opened, truth, roi):
    engine = opened("yolov8n-640-int8")
    voted = []
    for vehicle in truth["vehicles"][2:]:
        votes = np.zeros(len(TYPES))
        for picture in pictures(street, vehicle["entered_frame"], vehicle["left_frame"])[::2]:  # slow weights
            found = engine.detect(picture)
            votes += found.scores[in_roi(found, roi)].sum(axis=0)
        voted.append(TYPES[votes.argmax()])
    engine.close()
    assert voted == [VehicleType.TRUCK, VehicleType.CAR]


def test_results_do_not_depend_on_the_number_of_threads(street, opened):
    seen = pictures(street, 120, 123)

    def found(threads: int, callers: int):
        engine = opened("yolo11n-320-int8", threads=threads)
        with ThreadPoolExecutor(callers) as pool:
            each = list(pool.map(engine.detect, seen))
        submitted = [coming.result() for coming in [engine.submit(picture) for picture in seen]]
        engine.close()
        return each + submitted

    for one, other in pairwise([found(1, 1), found(2, 1), found(2, 4)]):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.boxes, b.boxes)
            np.testing.assert_array_equal(a.scores, b.scores)
            assert a.vehicle_types == b.vehicle_types
