from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from onwatch.model import prepare_model
from onwatch_detector.settings import DetectorSettings


def said(settings: DetectorSettings) -> str:
    console = Console(file=io.StringIO(), width=200)
    prepare_model(settings, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_model_in_the_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.onnx").write_bytes(b"weights")
    assert "Model mine" in said(DetectorSettings(data_dir=tmp_path))


def test_the_demo_model_is_said_to_be_one_and_why(tmp_path: Path) -> None:
    text = said(DetectorSettings(data_dir=tmp_path, download=False))
    assert "Demo model" in text
    assert "downloading is switched off" in text


def test_a_configured_model_that_is_missing_is_said_and_does_not_stop_the_start(tmp_path: Path) -> None:
    assert "gone.onnx cannot be used" in said(DetectorSettings(data_dir=tmp_path, model=tmp_path / "gone.onnx"))
