import subprocess
import sys

PROGRAM = """
import sys
from onwatch_detector.detect.engines.quiet_openvino import openvino
import openvino.tools.ovc.telemetry_utils as utils
print(sys.modules["openvino_telemetry"], utils.tm.__name__)
"""


def test_openvino_sends_no_telemetry_even_if_its_package_is_installed():
    shown = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True)
    assert shown.stdout.split() == ["None", "openvino.tools.ovc.telemetry_stub"]
