from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines import ModelUnusable
from onwatch_detector.detect.engines.quantization import Agreement, compare, quantize, sample_pictures
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detections import TYPES, Detections

ops = ov.opset15


def detections(*boxes: tuple[tuple[float, ...], VehicleType]) -> Detections:
    scores = np.zeros((len(boxes), len(TYPES)), np.float32)
    corners = np.float32([box for box, _ in boxes]).reshape(-1, 4)
    return Detections(corners, np.ones(len(boxes), np.float32), tuple(kind for _, kind in boxes), scores)


class FixedEngine:
    name = "fixed"

    def __init__(self, found: Detections) -> None:
        self.found = found

    def detect(self, picture: object) -> Detections:
        return self.found

    def close(self) -> None:
        """Has nothing to close."""


def missing(name: str) -> object:
    raise ModuleNotFoundError(f"No module named {name!r}")


def agreement(one: Detections, other: Detections) -> Agreement:
    return compare(FixedEngine(one), FixedEngine(other), iter([np.zeros((4, 4, 3), np.uint8)]))


CAR, TRUCK = VehicleType.CAR, VehicleType.TRUCK


def test_without_nncf_the_error_says_how_to_install_it(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"needs NNCF: `pip install onwatch-detector\[quantize\]`"):
        quantize(tmp_path / "m.onnx", [clip], tmp_path / "m.xml", import_module=missing)


def test_pictures_are_sampled_from_every_second_of_all_clips(clip: Path) -> None:
    assert len(list(sample_pictures([clip], 100))) == 6
    assert len(list(sample_pictures([clip, clip], 4))) == 4


def test_the_model_gets_its_own_kind_of_input_and_keeps_its_size(clip: Path, tmp_path: Path) -> None:
    image = ops.parameter([1, 3, 64, 64], np.float32, name="images")
    zeros = ops.multiply(ops.reduce_mean(image, [0, 1, 2, 3], keep_dims=False), np.float32(0))
    model = ov.Model([ops.add(ops.constant(np.zeros((1, 5, 20), np.float32)), zeros)], [image], "tiny")
    model.set_rt_info("{0: 'car'}", ["framework", "names"])
    ov.save_model(model, tmp_path / "m.xml")
    seen: list[np.ndarray] = []

    def quantized(network: object, dataset: list[np.ndarray], **options: object) -> object:
        seen.extend(dataset)
        assert options["subset_size"] == len(dataset) == 6
        return network

    nncf = SimpleNamespace(
        quantize=quantized, Dataset=list, QuantizationPreset=SimpleNamespace(MIXED="mixed"), IgnoredScope=dict
    )
    quantize(tmp_path / "m.xml", [clip], tmp_path / "int8.xml", import_module=lambda name: nncf)
    assert (tmp_path / "int8.bin").is_file()
    assert {(each.shape, each.dtype.name) for each in seen} == {((1, 3, 64, 64), "float32")}
    assert max(float(each.max()) for each in seen) <= 1.0


def test_a_box_found_again_has_the_same_type_and_nearly_the_same_place() -> None:
    one = detections(((0, 0, 10, 10), CAR), ((20, 20, 40, 40), TRUCK), ((60, 60, 70, 70), CAR))
    other = detections(((0, 0, 10, 9), CAR), ((20, 20, 40, 40), CAR), ((66, 66, 76, 76), CAR))
    assert agreement(one, other) == Agreement(boxes=3, found_again=1, others=2)


def test_one_box_is_found_again_once() -> None:
    one, twice = ((0.0, 0.0, 10.0, 10.0), CAR), ((0.0, 0.0, 10.0, 9.5), CAR)
    assert agreement(detections(one, twice), detections(one)) == Agreement(boxes=2, found_again=1, others=0)


def test_nothing_agrees_with_nothing() -> None:
    assert agreement(detections(), detections()) == Agreement(0, 0, 0)
