"""Annotated junctions: with perfect boxes every vehicle is counted, once. Needs the clips in the shared folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.accuracy.real.__main__ import perfect, results
from bench.accuracy.real.annotated import NEAR_ZONES, Junction
from bench.accuracy.real.degraded import YOLOV8N, degraded

pytestmark = pytest.mark.slow


@pytest.mark.media
@pytest.mark.parametrize(("clip", "vehicles"), [("elephant-castle", 17), ("blackfriars-a", 4), ("pentonville", 10)])
def test_annotated_vehicles_are_counted_exactly(shared_dir: Path, clip: str, vehicles: int) -> None:
    assert clip in NEAR_ZONES
    junction = Junction.read(shared_dir / "media" / f"{clip}.tracks.json")
    found = results(junction, perfect(junction), junction.zones(4))
    assert [(one.missed, one.made_up, one.wrong_types) for one in found] == [(0, 0, 0)] * 4
    assert found[0].vehicles == vehicles
    assert max(error for one in found for error in one.dwell_errors_s) <= 0.1


@pytest.mark.media
def test_degraded_boxes_follow_from_their_seed(shared_dir: Path) -> None:
    junction = Junction.read(shared_dir / "media" / "blackfriars-a.tracks.json")
    first, again, other = ([f.owners for f in degraded(junction, YOLOV8N, seed)] for seed in (1, 1, 2))
    assert first == again != other
