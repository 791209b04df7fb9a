"""Tells detectors apart by the names and shapes of their inputs and outputs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onwatch_detector.detect.engines.port import ModelUnusable
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.engines.tensors import Layout, Size, class_count, layout_of

BOXES, LABELS, SCORES = ("boxes", "pred_boxes", "dets"), ("labels",), ("scores",)
LOGITS = ("logits", "pred_logits", "labels")
"""Names of outputs: RT-DETR, D-FINE and DEIM (also as Hugging Face exports them), RF-DETR."""
RANKED_OUTPUTS = 3
RF_DETR = frozenset({"dets", "labels"})
DINO = "dinov3"
"""In the names of layers of a backbone that was trained on normalised pictures."""
SUPPORTED = (
    "1 x (4 + classes) x N (YOLOv8, YOLO11), 1 x K x 6 (YOLOv10, YOLO26), 1 x N x (5 + classes) (YOLOX), "
    "labels, boxes and scores for a second input orig_target_sizes (RT-DETR, D-FINE, DEIM), "
    "pred_boxes and logits (the same from Hugging Face), or dets and labels (RF-DETR)"
)


@dataclass(frozen=True)
class Interface:
    """What the outputs of a model mean."""

    layout: Layout
    outputs: tuple[int, ...]
    """Which outputs the layout is made of, in its order."""
    class_count: int | None
    is_normalized: bool
    """Whether its pictures are normalised as those of ImageNet are."""


def image_input(model: Any, path: Path) -> Any:
    """The input for the picture. Any other has to be the size of the picture (see `fix_sizes`)."""
    images = [each for each in model.inputs if _rank(each) == 4]
    sizes = [each for each in model.inputs if _is_of_sizes(each)]
    if len(model.inputs) == 1:
        return model.inputs[0]
    if len(images) != 1 or len(images) + len(sizes) != len(model.inputs) or len(sizes) != 1:
        raise ModelUnusable(
            path,
            f"it has {described(model)}; expected one picture, 1 x 3 x height x width, and at most its size, 1 x 2",
        )
    return images[0]


def batch_of_one(model: Any, image: Any, size: Size) -> None:
    """Give every input the shape for one picture of this size."""
    shape = [1, 3, size.height, size.width]
    model.reshape({each: shape if each == image else [1, 2] for each in model.inputs})


def fix_sizes(model: Any, image: Any, size: Size) -> None:
    """Let a model that scales its boxes to the picture give them in pixels of its input instead."""
    for each in [one for one in model.inputs if one != image]:
        width_and_height = np.array([[size.width, size.height]])
        kind = each.element_type.to_dtype()
        constant = ov.opset15.constant(width_and_height.astype(kind), dtype=kind)
        parameter = each.get_node()
        for target in list(each.get_target_inputs()):
            target.replace_source_output(constant.output(0))
        model.remove_parameter(parameter)
    model.validate_nodes_and_infer_types()


def interface_of(model: Any, size: Size, path: Path) -> Interface:
    """`ModelUnusable` says what the model has, and what is supported."""
    if len(model.outputs) == 1:
        return _of_one_output(model, size, path)
    found = _ranked(model) if len(model.outputs) == RANKED_OUTPUTS else _queries(model)
    if found is None:
        raise ModelUnusable(path, f"it has {described(model)}; expected {SUPPORTED}")
    return found


def described(model: Any) -> str:
    """Inputs and outputs with their shapes."""
    inputs, outputs = (
        ", ".join(f"{_name(port) or 'unnamed'} {port.partial_shape}" for port in ports)
        for ports in (model.inputs, model.outputs)
    )
    return f"the inputs {inputs} and the outputs {outputs}"


def _of_one_output(model: Any, size: Size, path: Path) -> Interface:
    shape = _shape(model.outputs[0])
    if (layout := layout_of(shape, size)) is None:
        raise ModelUnusable(
            path,
            f"its output {model.output().partial_shape} is not that of a supported detector; expected {SUPPORTED}",
        )
    return Interface(layout, (0,), class_count(layout, shape), is_normalized=False)


def _ranked(model: Any) -> Interface | None:
    """Three outputs: what the postprocessor of RT-DETR has chosen."""
    places = tuple(_place(model, names) for names in (LABELS, BOXES, SCORES))
    labels, boxes, scores = ((() if place is None else _shape(model.outputs[place])) for place in places)
    if not (len(labels) == 2 and labels == scores and boxes == (*labels, 4)):
        return None
    chosen = tuple(place for place in places if place is not None)
    return Interface(Layout.RANKED, chosen, _ranked_classes(model.outputs[chosen[2]]), _is_normalized(model))


def _queries(model: Any) -> Interface | None:
    """Two outputs: a box of each query, and its logits."""
    boxes, logits = _place(model, BOXES), _place(model, LOGITS)
    if len(model.outputs) != 2 or boxes is None or logits is None:
        return None
    of_boxes, of_logits = _shape(model.outputs[boxes]), _shape(model.outputs[logits])
    if not (len(of_boxes) == len(of_logits) == 3 and of_boxes[:2] == of_logits[:2] and of_boxes[2] == 4):
        return None
    return Interface(Layout.QUERIES, (boxes, logits), class_count(Layout.QUERIES, of_logits), _is_normalized(model))


def _is_normalized(model: Any) -> bool:
    names = {_name(port) for port in model.outputs}
    return names == RF_DETR or any(DINO in node.get_friendly_name().lower() for node in model.get_ops())


def _ranked_classes(scores: Any) -> int | None:
    """Number of classes among which scores were ranked: the last side of the tensor before it was flattened."""
    waiting, known = deque([scores.get_node()]), set()
    while waiting:
        node = waiting.popleft()
        for value in node.input_values():
            shape = _shape(value)
            if len(shape) == 3 and shape[0] == 1:
                return shape[2]
            source = value.get_node()
            if (name := source.get_friendly_name()) not in known:
                known.add(name)
                waiting.append(source)
    return None


def _place(model: Any, names: tuple[str, ...]) -> int | None:
    """Which output has one of these names."""
    return next((place for place, port in enumerate(model.outputs) if port.get_names() & set(names)), None)


def _is_of_sizes(port: Any) -> bool:
    shape = port.partial_shape
    return _rank(port) == 2 and (shape[1].is_dynamic or shape[1].get_length() == 2)


def _rank(port: Any) -> int | None:
    rank = port.partial_shape.rank
    return None if rank.is_dynamic else rank.get_length()


def _shape(port: Any) -> tuple[int, ...]:
    """Empty if a side is dynamic."""
    shape = port.partial_shape
    return tuple(shape.to_shape()) if shape.is_static else ()


def _name(port: Any) -> str | None:
    return min(port.get_names(), default=None)
