"""Ultralytics without telemetry, and without torchvision where that cannot be imported."""

from __future__ import annotations

import os
import sys
from types import ModuleType

for variable in ("YOLO_OFFLINE", "YOLO_AUTOINSTALL"):
    os.environ[variable] = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}[variable]

from ultralytics import YOLO  # noqa: E402 after the lines above
from ultralytics.utils.nms import TorchNMS  # noqa: E402


def _stand_in() -> ModuleType:
    """Ultralytics needs one function of torchvision, and has the same one itself."""
    module, operations = ModuleType("torchvision"), ModuleType("torchvision.ops")
    vars(module).update(__version__="0", ops=operations)
    vars(operations)["nms"] = TorchNMS.nms
    return module


try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    sys.modules["torchvision"] = _stand_in()

__all__ = ["YOLO"]
