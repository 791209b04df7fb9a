"""Turn trained weights into the ONNX file that the product ships.

Input `images` (1, 3, 384, 640) float32, RGB / 255. Output `output0` (1, 4 + classes, points): centre x, centre y,
width, height in input pixels, then one score per class, already through the sigmoid.
"""

import argparse
from pathlib import Path

import onnx
import torch
from network import BINS, STRIDES, DemoDetector, decode, grid_points
from torch import Tensor, nn

HEIGHT, WIDTH, OPSET = 384, 640, 18
NAMES = {0: "car", 1: "truck", 2: "bus", 3: "motorcycle"}
METADATA = {
    "names": str(NAMES),
    "stride": str(max(STRIDES)),
    "task": "detect",
    "imgsz": str([HEIGHT, WIDTH]),
    "author": "Onwatch",
    "license": "Apache-2.0",
    "description": "Onwatch demo detector: finds the vehicles of Onwatch's own synthetic traffic clips",
}


class Exported(nn.Module):
    """The detector with decoding inside the graph."""

    def __init__(self, detector: DemoDetector) -> None:
        super().__init__()
        self.detector = folded(detector)
        points, strides = grid_points(HEIGHT, WIDTH)
        self.register_buffer("points", points)
        self.register_buffer("strides", strides)

    def forward(self, images: Tensor) -> Tensor:
        """(1, 4 + classes, points)."""
        raw = self.detector(images)
        boxes = decode(raw, self.points, self.strides)
        low, high = boxes[..., :2], boxes[..., 2:]
        scores = raw[..., 4 * BINS :].sigmoid()
        return torch.cat([(low + high) / 2, high - low, scores], dim=-1).transpose(1, 2)


def folded(detector: DemoDetector) -> DemoDetector:
    """Batch normalisation multiplied into the convolutions before it; the function stays the same."""
    for module in detector.eval().modules():
        if isinstance(module, nn.Sequential) and len(module) == 3 and isinstance(module[1], nn.BatchNorm2d):
            module[0] = nn.utils.fusion.fuse_conv_bn_eval(module[0], module[1])
            module[1] = nn.Identity()
    return detector


def export(weights: Path, target: Path) -> None:
    """Write the ONNX file, with its metadata, in one piece."""
    detector = DemoDetector()
    detector.load_state_dict(torch.load(weights, weights_only=True))
    model = Exported(detector).eval()
    example = torch.zeros(1, 3, HEIGHT, WIDTH)
    program = torch.onnx.export(
        model, (example,), input_names=["images"], output_names=["output0"], opset_version=OPSET, dynamo=True
    )
    proto = program.model_proto
    del proto.metadata_props[:]
    _forget_sources(proto)
    onnx.helper.set_model_props(proto, METADATA)
    onnx.checker.check_model(proto)
    temporary = target.with_suffix(".tmp")
    onnx.save_model(proto, str(temporary))
    temporary.replace(target)


def _forget_sources(proto: onnx.ModelProto) -> None:
    """Drop stack traces and file names that the exporter attaches to every node."""
    proto.doc_string = proto.graph.doc_string = ""
    del proto.graph.metadata_props[:]
    for node in proto.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*proto.graph.value_info, *proto.graph.input, *proto.graph.output, *proto.graph.initializer):
        del value.metadata_props[:]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    export(arguments.weights, arguments.target)
    print(f"{arguments.target}: {arguments.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
