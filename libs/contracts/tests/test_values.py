import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from onwatch_contracts.values import (
    WHOLE_FRAME,
    Checkpoint,
    Coverage,
    Entered,
    Left,
    Polygon,
    RunSettings,
    Timestamp,
    Totals,
    VehicleType,
    VideoId,
    Zone,
    ZoneEvent,
    is_video_id,
)

VIDEO_ID: TypeAdapter[str] = TypeAdapter(VideoId)
TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)
POLYGON: TypeAdapter[tuple[tuple[float, float], ...]] = TypeAdapter(Polygon)
EVENT: TypeAdapter[Entered | Left] = TypeAdapter(ZoneEvent)

ENTERED = {"kind": "entered", "vehicle_id": 1, "visit_no": 1, "vehicle_type": "car", "entered_at_s": 0.5}


@pytest.mark.parametrize("video_id", ["a", "A-b_9", "5f0c2b7e9a134d68b1c4e7a90d3f6b25", "x" * 64])
def test_an_id_has_letters_digits_hyphens_and_underscores(video_id: str):
    assert VIDEO_ID.validate_python(video_id) == video_id
    assert is_video_id(video_id)


@pytest.mark.parametrize("video_id", ["", "a.b", "a*", "#", "a/b", "../a", "a b", "a\n", "ä", "x" * 65, 7])
def test_an_id_that_is_unsafe_in_a_key_a_path_or_a_url_is_refused(video_id: Any):
    with pytest.raises(ValidationError):
        VIDEO_ID.validate_python(video_id)
    assert not (isinstance(video_id, str) and is_video_id(video_id))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-02T08:15:30"])
def test_a_time_without_an_equivalent_in_utc_is_refused(at: str):
    with pytest.raises(ValidationError):
        TIMESTAMP.validate_python(at)


@given(st.text())
def test_an_accepted_id_is_one_part_of_a_routing_key_and_of_a_path(text: str):
    try:
        video_id = VIDEO_ID.validate_python(text)
    except ValidationError:
        return
    assert not set(video_id) & set(".*#/\\ ?&%")


@pytest.mark.parametrize("count", [3, 64])
def test_a_polygon_has_3_to_64_points(count: int):
    assert len(POLYGON.validate_python([(0.5, index / 64) for index in range(count)])) == count


@pytest.mark.parametrize("count", [0, 1, 2, 65])
def test_a_polygon_of_fewer_or_more_points_is_refused(count: int):
    with pytest.raises(ValidationError):
        POLYGON.validate_python([(0.5, index / 65) for index in range(count)])


@pytest.mark.parametrize("coordinate", [-0.001, 1.001, math.nan, math.inf, "left", None])
def test_a_point_outside_the_picture_is_refused(coordinate: Any):
    with pytest.raises(ValidationError):
        POLYGON.validate_python([(0, 0), (1, 0), (1, coordinate)])


@pytest.mark.parametrize("point", [(0.5,), (0.5, 0.5, 0.5), 0.5])
def test_a_point_has_two_coordinates(point: Any):
    with pytest.raises(ValidationError):
        POLYGON.validate_python([(0, 0), (1, 0), point])


def test_a_zone_is_the_whole_frame_by_default():
    assert Zone() == Zone(zone_id="roi", polygon=WHOLE_FRAME)


def test_a_value_is_immutable():
    with pytest.raises(ValidationError, match="frozen"):
        Zone().zone_id = "other"  # type: ignore[misc]  # the assignment is tested


def test_a_value_refuses_unknown_fields():
    with pytest.raises(ValidationError, match="colour"):
        Zone.model_validate({"colour": "red"})


@pytest.mark.parametrize("seconds", [-0.1, math.nan, math.inf, -math.inf])
def test_seconds_are_finite_and_not_negative(seconds: float):
    with pytest.raises(ValidationError):
        Coverage(analysed_s=seconds)


def test_a_number_that_json_cannot_represent_is_refused():
    """It would be written as null, which no reader accepts."""
    with pytest.raises(ValidationError):
        RunSettings(duration_s=1.0, frames_per_second=math.inf, detector_model="demo")


@pytest.mark.parametrize("fraction", [-0.01, 1.01])
def test_coverage_is_a_fraction(fraction: float):
    with pytest.raises(ValidationError):
        Coverage(fraction=fraction)


def test_a_video_has_a_frame_rate():
    with pytest.raises(ValidationError, match="frames_per_second"):
        RunSettings(duration_s=1.0, frames_per_second=0.0, detector_model="demo")


def test_an_event_is_distinguished_by_its_kind():
    assert isinstance(EVENT.validate_python(ENTERED), Entered)
    left = {**ENTERED, "kind": "left", "left_at_s": 1.0, "exit_reason": "left"}
    assert isinstance(EVENT.validate_python(left), Left)


@pytest.mark.parametrize(
    "change", [{"kind": "vanished"}, {"vehicle_id": 0}, {"visit_no": 0}, {"vehicle_type": "boat"}, {"left_at_s": 1.0}]
)
def test_an_invalid_event_is_refused(change: dict[str, Any]):
    with pytest.raises(ValidationError):
        EVENT.validate_python({**ENTERED, **change})


def test_counts_are_never_negative():
    with pytest.raises(ValidationError):
        Totals(vehicle_type={VehicleType.CAR: -1})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values))
def test_the_state_of_a_checkpoint_survives_serialization_exactly(state: dict[str, Any]):
    checkpoint = Checkpoint(next_frame=7, position_s=0.28, state=state)
    assert Checkpoint.model_validate_json(checkpoint.model_dump_json()) == checkpoint
