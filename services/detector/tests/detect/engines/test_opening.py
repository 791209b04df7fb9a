import subprocess
import sys
from importlib.util import find_spec

import pytest

from onwatch_detector.detect.engines import ModelUnusable, open_engine


def test_a_missing_file_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="there is no such file"):
        open_engine(tmp_path / "none.onnx", name="none")


def test_a_file_type_that_no_engine_reads_is_unusable(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"")
    with pytest.raises(ModelUnusable, match=r"expected one of \.onnx, \.xml, \.pt"):
        open_engine(path, name="model")


@pytest.mark.skipif(find_spec("ultralytics") is not None, reason="ultralytics is installed here")
def test_pt_weights_without_the_extra_are_unusable_and_the_error_says_what_to_install(tmp_path):
    path = tmp_path / "yolo.pt"
    path.write_bytes(b"weights")
    with pytest.raises(ModelUnusable, match=r"pip install onwatch-detector\[ultralytics\]"):
        open_engine(path, name="yolo")


def test_no_engine_is_imported_before_a_model_needs_it():
    program = (
        "import onwatch_detector.detect.engines, sys; "
        "print(sorted({'openvino', 'ultralytics', 'torch'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert shown.stdout.strip() == "[]"
