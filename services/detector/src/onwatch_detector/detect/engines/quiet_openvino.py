"""Imports OpenVINO with its telemetry disabled: a plain `import openvino` sends an event to its vendor."""

import sys

# OpenVINO's conversion tools import this package and send an event at once. An entry of None makes that import fail,
# and they fall back to their own stub. The package is not a dependency of ours, but pip installs it with OpenVINO.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # documented for exactly this purpose

import openvino  # noqa: E402 must follow the line above

__all__ = ["openvino"]
