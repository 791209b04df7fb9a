"""A site survives its file: generated sites, exported and imported into a video of its own."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.site.gates import with_gate
from onwatch_catalog.site.movements import with_movement
from onwatch_catalog.site.site_file import file_of, with_copy, with_file
from onwatch_catalog.site.zones import with_patched_zone, with_zone
from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import MAX_ITEMS, Gate, Movement, MovementStep, Site, SiteZone
from onwatch_contracts.site_requests import MAX_SITE_FILE_BYTES, NewGate, NewMovement, NewZone, SiteFile, ZonePatch
from onwatch_contracts.values import Anchor, Point

CALIBRATION = CalibrateCoordinates(
    image_points=((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(7.2, 24.5, 7.2, 24.5)
)


def generated(before: VideoSite, seed: int) -> VideoSite:
    chance = random.Random(seed)  # noqa: S311 a seed for tests

    def points(count: int) -> tuple[Point, ...]:
        """On a parabola: of any number of them neither the line nor the polygon crosses itself."""
        places = sorted(chance.uniform(0, 1) for _ in range(count))
        return tuple((x, x * x) for x in places)

    site = before
    if chance.random() < 0.5:
        roi = ZonePatch(polygon=points(5), anchor=chance.choice(list(Anchor)), name="Junction")
        site = with_patched_zone(site, "roi", roi)
    for number in range(chance.randrange(5)):
        types = chance.choice([None, ("car",), ("bus", "Straßenbahn")])
        site = with_zone(site, NewZone(name=f"Zone {number}", polygon=points(7), vehicle_types=types, position=1))
    for number in range(chance.randrange(1, 5)):
        site = with_gate(site, NewGate(name=f"Gate {number}", points=points(4), forward_name="hin", position=1))
    for number in range(chance.randrange(3)):
        gate_id = chance.choice(site.stored.gates).gate_id
        site = with_movement(site, NewMovement(name=f"M{number}", steps=(MovementStep(gate_id=gate_id),) * 2))
    calibration = chance.choice([None, CALIBRATION])
    return replace(site, video=replace(site.video, calibration=calibration))


@pytest.mark.parametrize("seed", range(20))
def test_a_site_survives_its_file(before: VideoSite, seed: int) -> None:
    site = generated(before, seed).site
    text = file_of(site).model_dump_json(exclude_none=True)

    assert with_file(before, SiteFile.model_validate_json(text)).site == site


@pytest.mark.parametrize("seed", range(5))
def test_a_copy_is_the_same_site(before: VideoSite, seed: int) -> None:
    site = generated(before, seed)

    assert with_copy(before, site).site == site.site


def test_a_ring_may_be_closed_or_not(before: VideoSite) -> None:
    ring = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4]]

    def imported(coordinates: list[list[float]]) -> tuple[Point, ...]:
        geometry = {"type": "Polygon", "coordinates": [coordinates]}
        feature = {"type": "Feature", "properties": {"name": "Queue"}, "geometry": geometry}
        file = SiteFile.model_validate({"type": "FeatureCollection", "features": [feature]})
        return with_file(before, file).site.zones[1].polygon

    assert imported(ring) == imported([*ring, ring[0]])


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[0.1, 0.5], [0.9, 0.5]]},
        {"type": "Polygon", "coordinates": [[[0.1, 0.1], [0.4, 0.1], [0.4, 0.4]]]},
    ],
    ids=lambda geometry: str(geometry["type"]),
)
@pytest.mark.parametrize("given_id", [{}, {"id": "roi"}], ids=["new", "roi"])
def test_null_is_what_a_feature_does_not_have(
    before: VideoSite, geometry: dict[str, object], given_id: dict[str, str]
) -> None:
    """As programs for maps write it."""
    nulls = dict.fromkeys(("color", "vehicle_types", "forward_name", "backward_name"))

    def imported(**properties: object) -> Site:
        feature = {"type": "Feature", "properties": {"name": "A", **properties}, "geometry": geometry, **given_id}
        return with_file(before, SiteFile.model_validate({"type": "FeatureCollection", "features": [feature]})).site

    assert imported(**nulls) == imported()


def test_the_largest_site_is_within_the_limit_of_a_file() -> None:
    chance = random.Random(1)  # noqa: S311 a seed for tests

    def points(count: int) -> tuple[Point, ...]:
        return tuple((chance.random(), chance.random()) for _ in range(count))

    zones = tuple(SiteZone(zone_id=f"zone-{n}", name=f"Zone {n}", polygon=points(64)) for n in range(MAX_ITEMS))
    gates = tuple(Gate(gate_id=f"gate-{n}", name=f"Gate {n}", points=points(16)) for n in range(MAX_ITEMS))
    steps = tuple(MovementStep(gate_id=gate.gate_id) for gate in gates[:16])
    movements = tuple(Movement(movement_id=f"turn-{n}", name=f"Turn {n}", steps=steps) for n in range(MAX_ITEMS))

    file = file_of(Site(zones=zones, gates=gates, movements=movements))

    assert len(file.model_dump_json(indent=2)) < MAX_SITE_FILE_BYTES
