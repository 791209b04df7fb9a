from typing import Any

import pytest
from pydantic import ValidationError

from onwatch_contracts import samples
from onwatch_contracts.http import CalibrateCoordinates, Claim, ClaimRefusal, Problem, VideoFilePatch, VideoPatch

CALIBRATION = samples.CALIBRATION.model_dump()


def test_a_patch_records_which_fields_were_sent():
    """`roi: null` (the whole frame) is not the same as no `roi`."""
    assert VideoPatch.model_validate_json('{"roi": null}').model_fields_set == {"roi"}
    assert VideoPatch.model_validate_json("{}").model_fields_set == set()


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_has_1_to_200_characters(name: str):
    with pytest.raises(ValidationError, match="name"):
        VideoPatch(name=name)


@pytest.mark.parametrize(
    "body",
    [
        {"roi": [[0, 0], [1, 1]]},
        {"roi": [[0, 0], [1, 0], [1, 1.5]]},
        {"roi": [[0, 0]] * 65},
        {"anchor": "roof"},
        {"file_path": "/etc/passwd"},
        {"id": "another"},
    ],
)
def test_an_invalid_patch_is_refused(body: dict[str, Any]):
    with pytest.raises(ValidationError):
        VideoPatch.model_validate(body)


def test_a_calibration_has_four_points_and_four_sides():
    assert CalibrateCoordinates.model_validate(CALIBRATION) == samples.CALIBRATION


@pytest.mark.parametrize(
    "change",
    [
        {"image_points": [(0.1, 0.1)] * 3},
        {"image_points": [(0.1, 0.1)] * 5},
        {"image_points": [(0.1, 1.1)] * 4},
        {"side_lengths_m": [1.0, 1.0, 1.0]},
        {"side_lengths_m": [1.0, 1.0, 1.0, 0.0]},
        {"side_lengths_m": [1.0, 1.0, 1.0, 10_001]},
    ],
)
def test_an_invalid_calibration_is_refused(change: dict[str, Any]):
    with pytest.raises(ValidationError):
        CalibrateCoordinates.model_validate({**CALIBRATION, **change})


def test_a_video_has_the_fields_for_integrators():
    assert {"roi", "file_path", "calibrate_coordinates"} <= set(samples.VIDEO.model_dump())


def test_the_numbers_have_their_fixed_names():
    names = {"total_vehicles_count", "current_vehicles_count", "vehicle_dwell_time", "vehicle_type"}
    assert names <= set(samples.RUN.model_dump())


@pytest.mark.parametrize("change", [{"epoch": 0}, {"next_batch_no": 0}, {"lease_s": 0}])
def test_a_claim_counts_from_one_and_has_a_lease(change: dict[str, Any]):
    (claim,) = (sample for sample in samples.HTTP if isinstance(sample, Claim))
    with pytest.raises(ValidationError):
        Claim.model_validate({**claim.model_dump(), **change})


def test_a_refusal_is_a_problem_code():
    problem = Problem(title="Refused", status=409, detail="Leased to another.", code=ClaimRefusal.LEASED)
    assert Problem.model_validate_json(problem.model_dump_json()).code == "run_leased"


@pytest.mark.parametrize("recorded_fps", [0, -1, 1001, float("nan"), float("inf")])
def test_a_rate_that_no_camera_has_is_refused(recorded_fps: float):
    with pytest.raises(ValidationError, match="recorded_fps"):
        VideoFilePatch(recorded_fps=recorded_fps)


def test_a_patch_of_a_file_says_its_rate_or_null():
    assert VideoFilePatch.model_validate_json('{"recorded_fps": null}').recorded_fps is None
    with pytest.raises(ValidationError, match="recorded_fps"):
        VideoFilePatch.model_validate_json("{}")
