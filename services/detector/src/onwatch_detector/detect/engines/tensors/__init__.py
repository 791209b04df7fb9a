"""Converts pictures to the input tensor of a model, and its output tensor to vehicles."""

from onwatch_detector.detect.engines.tensors.classes import COCO_VEHICLES_BY_COUNT, VehicleClasses, parse_names
from onwatch_detector.detect.engines.tensors.letterbox import Letterbox, Size
from onwatch_detector.detect.engines.tensors.outputs import Candidates, Layout, class_count, decode, layout_of
from onwatch_detector.detect.engines.tensors.suppression import detections_of

__all__ = [
    "COCO_VEHICLES_BY_COUNT",
    "Candidates",
    "Layout",
    "Letterbox",
    "Size",
    "VehicleClasses",
    "class_count",
    "decode",
    "detections_of",
    "layout_of",
    "parse_names",
]
