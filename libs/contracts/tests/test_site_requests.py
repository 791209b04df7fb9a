from __future__ import annotations

import pytest
from pydantic import ValidationError

from onwatch_contracts.site_requests import NewGate, NewZone, RecordingPatch, SiteFile

SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]


def feature(geometry: object, **fields: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"name": "A"}, "geometry": geometry} | fields


@pytest.mark.parametrize(
    ("features", "where"),
    [
        ([feature({"type": "Point", "coordinates": [0.5, 0.5]})], "geometry"),
        ([feature({"type": "Polygon", "coordinates": [SQUARE, SQUARE]})], "coordinates"),
        ([feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [2, 1]]]})], "coordinates"),
        ([feature({"type": "LineString", "coordinates": [[0.5, 0.5]]})], "coordinates"),
        ([feature({"type": "Polygon", "coordinates": [SQUARE]}, id="a b")], "id"),
        ([feature({"type": "Polygon", "coordinates": [SQUARE]}, properties={"name": "A", "colour": "red"})], "colour"),
    ],
)
def test_a_file_of_another_form_is_refused(features: object, where: str) -> None:
    with pytest.raises(ValidationError, match=where):
        SiteFile.model_validate({"type": "FeatureCollection", "features": features})


def test_a_zone_and_a_gate_need_a_name_and_a_shape() -> None:
    assert NewZone.model_validate({"name": "A", "polygon": SQUARE}).zone_id is None
    assert NewGate.model_validate({"name": "A", "points": SQUARE[:2]}).forward_name == "forward"
    with pytest.raises(ValidationError, match="color"):
        NewZone.model_validate({"name": "A", "polygon": SQUARE, "color": "red"})


def test_a_time_of_recording_may_have_no_offset() -> None:
    patch = RecordingPatch.model_validate_json('{"recorded_at": "2026-05-01T07:00:00"}')

    assert patch.recorded_at is not None
    assert patch.recorded_at.tzinfo is None
