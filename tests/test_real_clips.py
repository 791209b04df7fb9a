"""Real traffic with manually counted truth; needs the clips and weights in the shared folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onwatch.analyze import Result, analyze
from onwatch.configuration import configure
from onwatch.report import hint
from onwatch_contracts.values import Anchor, EngineChoice, VehicleType

pytestmark = pytest.mark.slow

DWELL_TOLERANCE_S = 0.3  # the ground truth was made by hand, within a frame at either end


async def analysed(
    folder: Path, clip: str, model: str, data_dir: Path, engine: EngineChoice = EngineChoice.AUTO
) -> tuple[Result, dict]:
    truth = json.loads((folder / "media" / f"{clip}.truth.json").read_text())
    configuration = configure(data_dir, environ={"ONWATCH_AUTH": "off"}, model=folder / "models" / model)
    roi = tuple((x, y) for x, y in truth["roi"])
    file = folder / "media" / f"{clip}.mp4"
    anchor = Anchor(truth["anchor"])
    nobody = {"on_progress": lambda done: None}
    return await analyze(file, configuration, roi=roi, anchor=anchor, engine=engine, **nobody), truth


@pytest.mark.media
@pytest.mark.parametrize("model", ["yolov8n-640-int8.onnx", "yolo11n-320-int8.onnx", "yolox-nano-416.onnx"])
async def test_the_street_is_counted_exactly(shared_dir: Path, tmp_path: Path, model: str) -> None:
    result, truth = await analysed(shared_dir, "street", model, tmp_path)
    assert result.metrics.detector_model == model.removesuffix(".onnx")
    assert_counted(result, truth)
    visits = sorted(result.vehicles.items, key=lambda visit: visit.entered_at_s)
    assert [visit.vehicle_id for visit in visits] == [1, 2, 3, 4], "no track was lost and found as another vehicle"


@pytest.mark.media
async def test_vehicles_that_a_model_misses_from_above_are_counted_by_motion(shared_dir: Path, tmp_path: Path) -> None:
    result, truth = await analysed(shared_dir, "topdown", "yolov8n-640-int8.onnx", tmp_path)
    assert result.metrics.detector_model == "motion"
    assert_counted(result, truth)
    assert result.metrics.vehicle_type == {VehicleType.VEHICLE: truth["total"]}


@pytest.mark.media
async def test_the_street_is_counted_exactly_by_motion_too(shared_dir: Path, tmp_path: Path) -> None:
    result, truth = await analysed(shared_dir, "street", "yolox-nano-416.onnx", tmp_path, EngineChoice.MOTION)
    assert result.metrics.detector_model == "motion"
    assert_counted(result, truth)


@pytest.mark.media
async def test_a_requested_model_is_used_and_its_few_detections_are_reported(shared_dir: Path, tmp_path: Path) -> None:
    result, _ = await analysed(shared_dir, "topdown", "yolox-nano-416.onnx", tmp_path, EngineChoice.MODEL)
    assert result.metrics.detector_model == "yolox-nano-416"
    assert result.metrics.suggested_engine is EngineChoice.MOTION
    assert "--engine motion" in (hint(result) or "")


def assert_counted(result: Result, truth: dict) -> None:
    assert result.metrics.total_vehicles_count == truth["total"]
    assert result.metrics.current_vehicles_count == 0
    visits = sorted(result.vehicles.items, key=lambda visit: visit.entered_at_s)
    for visit, true in zip(visits, truth["vehicles"], strict=True):
        assert visit.vehicle_dwell_time_s == pytest.approx(true["dwell_s"], abs=DWELL_TOLERANCE_S)
