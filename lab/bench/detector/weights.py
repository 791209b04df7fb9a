"""The weights of YOLO11n and YOLOv8n as a `.pt`, restored from their dynamically quantised ONNX exports.

Every weight comes back to within half a quantisation step: the model sees what the original sees, and every program
that is compared runs these same numbers. Ultralytics is AGPL-3.0; what is made here stays in the cache folder.
"""

from __future__ import annotations

import argparse
import ast
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from quiet_ultralytics import YOLO

ARCHITECTURES = {"yolo11n": "yolo11n.yaml", "yolov8n": "yolov8n.yaml"}


def restore(quantised: Path, target: Path) -> None:
    """Write the float model; `ValueError` names a layer that is not in the file."""
    graph = onnx.load(quantised)
    values = {one.name: numpy_helper.to_array(one) for one in graph.graph.initializer}
    model: Any = YOLO(ARCHITECTURES[quantised.name.split("-")[0]]).model
    model.eval().fuse()
    for name, layer in model.named_modules():
        if isinstance(layer, torch.nn.Conv2d) and not name.endswith("dfl.conv"):
            _fill(layer, name, values)
    names = {one.key: one.value for one in graph.metadata_props}["names"]
    model.names = ast.literal_eval(names)
    for parameter in model.parameters():
        parameter.requires_grad = False
    target.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model, "train_args": {"task": "detect", "imgsz": 640}}, target)


def _fill(layer: torch.nn.Conv2d, name: str, values: dict[str, NDArray[Any]]) -> None:
    weight = f"{name}.weight"
    if f"{weight}_quantized" in values:
        steps = values[f"{weight}_quantized"].astype(np.float32) - values[f"{weight}_zero_point"].astype(np.float32)
        floats = steps * values[f"{weight}_scale"]
    elif weight in values:
        floats = values[weight]
    else:
        raise ValueError(f"there are no weights for layer {name}")
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.array(floats, np.float32)).reshape(layer.weight.shape))
        if layer.bias is not None:
            layer.bias.copy_(torch.from_numpy(values[f"{name}.bias"].copy()))


def export(weights: Path, height: int, width: int) -> None:
    """Export to ONNX and OpenVINO beside the weights: `NAME-HxW.onnx`, `NAME-HxW_openvino_model`."""
    any_size = weights.with_name(f"{weights.stem}-any.onnx")
    if not any_size.exists():
        shutil.move(YOLO(weights).export(format="onnx", dynamic=True, verbose=False), any_size)
    for form, made in (
        ("onnx", weights.with_suffix(".onnx")),
        ("openvino", Path(f"{weights.with_suffix('')}_openvino_model")),
    ):
        target = made.with_name(made.name.replace(weights.stem, f"{weights.stem}-{height}x{width}"))
        if not target.exists():
            YOLO(weights).export(format=form, imgsz=[height, width], verbose=False)
            shutil.move(made, target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quantised", type=Path, help="for example yolo11n-320-int8.onnx")
    parser.add_argument("folder", type=Path, help="where the models are to lie")
    parser.add_argument("--shape", action="append", default=[], help="HEIGHTxWIDTH of the input of an export")
    given = parser.parse_args()
    weights = given.folder / f"{given.quantised.name.split('-')[0]}.pt"
    if not weights.exists():
        restore(given.quantised, weights)
    for shape in given.shape:
        export(weights, *map(int, shape.split("x")))
