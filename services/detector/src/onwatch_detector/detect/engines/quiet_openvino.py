"""OpenVINO without its telemetry: a plain `import openvino` reports itself to its makers."""

import sys

# Its conversion tools import this package and send an event at once; an entry of None makes that import fail, and
# then they use a stub of their own. We do not depend on the package, but pip brings it along.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # documented for exactly this purpose

import openvino  # noqa: E402 after the line above

__all__ = ["openvino"]
