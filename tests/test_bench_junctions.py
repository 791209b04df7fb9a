"""Annotated junctions: with perfect boxes every vehicle is counted, once. Needs the clips in the shared folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.accuracy.real.__main__ import perfect, results
from bench.accuracy.real.annotated import NEAR_ZONES, Junction, Track
from bench.accuracy.real.degraded import degraded
from bench.accuracy.real.habits import YOLOV8N
from bench.accuracy.real.variants import SAME_DWELL_S, VARIANTS, Variant, counts

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


@pytest.mark.media
@pytest.mark.parametrize("variant", [one for one in VARIANTS if one.changes_boxes], ids=lambda one: one.name)
def test_a_variant_with_annotated_boxes_is_counted_as_its_clip(shared_dir: Path, variant: Variant) -> None:
    junction = Junction.read(shared_dir / "media" / "blackfriars-a.tracks.json")
    changed, zones = variant.junction(junction), junction.zones(4)
    before = counts(junction, perfect(junction), zones)
    after = counts(changed, perfect(changed), map(variant.zone, zones))
    for one, other in zip(before, after, strict=True):
        assert one.total == other.total == other.true_total > 0
        assert other.is_held
        assert other.dwells_s == pytest.approx(one.dwells_s, abs=SAME_DWELL_S)


def test_a_changed_picture_shows_a_vehicle_where_its_changed_box_is() -> None:
    picture = np.zeros((80, 120, 3), np.uint8)
    picture[20:40, 10:50] = 200
    boxes = np.array([(10.0, 20.0, 50.0, 40.0)] * 4)
    junction = Junction("drawn", (120, 80), 25.0, (Track(1, "car", False, np.arange(4), boxes),))
    variant = Variant("all at once", mirrored=True, every=2, scale=0.5, brightness=0.5)
    changed, shown = variant.junction(junction), variant.picture(picture)
    assert (changed.size, changed.fps, len(changed.pictures)) == ((60, 40), 12.5, 2)
    left, top, right, bottom = changed.tracks[0].boxes[1].astype(int).tolist()
    assert shown[top:bottom, left:right].min() == 100
    assert shown.sum() == shown[top:bottom, left:right].sum()
