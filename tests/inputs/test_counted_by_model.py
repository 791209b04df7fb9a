"""Files whose pictures, sizes or times are repaired are counted as the clip itself, by a real model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inputs.recipes import RECIPES
from onwatch.analyze import analyze
from onwatch.configuration import configure
from onwatch_contracts.values import Anchor, EngineChoice

ROI = ((0.34, 0.53), (0.55, 0.53), (0.85, 0.88), (0.46, 0.88))
VEHICLES = 4
MODEL = "yolo11n-320-int8.onnx"
FILES = ("turned-270.mp4", "wide-pixels.ts", "raw.mjpeg")  # one of each kind; test_inputs counts all by motion

pytestmark = [pytest.mark.slow, pytest.mark.media]


@pytest.mark.parametrize("file", FILES)
async def test_the_vehicles_of_a_repaired_file_are_counted(file: str, shared_dir: Path, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg (scripts/test-programs installs it)")
    (recipe,) = (recipe for recipe in RECIPES if recipe.file == file)
    path = recipe.write(tmp_path, (shared_dir / "media" / "street.mp4").resolve())
    found = await analyze(
        path,
        configure(tmp_path / "data", environ={"ONWATCH_AUTH": "off"}, model=shared_dir / "models" / MODEL),
        roi=ROI,
        anchor=Anchor.BOTTOM_CENTER,
        engine=EngineChoice.MODEL,
        on_progress=lambda done: None,
    )
    assert found.metrics.total_vehicles_count == VEHICLES
    assert found.metrics.coverage.fraction == pytest.approx(1.0, abs=0.01)
    assert found.metrics.detector_model == MODEL.removesuffix(".onnx")
