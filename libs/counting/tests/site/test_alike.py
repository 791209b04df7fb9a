"""Which changes of a site need a recount: everything else leaves the rows as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Movement, MovementStep, Site, SiteZone
from onwatch_contracts.values import Anchor
from onwatch_counting.site import counts_alike

ZONES = tuple(
    SiteZone(zone_id=f"z{n}", name=f"Zone {n}", polygon=((0, 0), (0.1 * n, 0), (0, 1)), vehicle_types=("car", "bus"))
    for n in (1, 2)
)
GATES = tuple(Gate(gate_id=f"g{n}", name=f"Gate {n}", points=((0.1 * n, 0), (0, 1))) for n in (1, 2))
SITE = Site(zones=(*Site().zones, *ZONES), gates=GATES)
TURN = Movement(movement_id="m", name="Turn", steps=(MovementStep(gate_id="g1"), MovementStep(gate_id="g2")))
CALIBRATION = CalibrateCoordinates(
    image_points=((0.3, 0.3), (0.7, 0.3), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(10, 30, 10, 30)
)


def zone(**changed: Any) -> Site:
    return SITE.model_copy(update={"zones": (*SITE.zones[:2], ZONES[1].model_copy(update=changed))})


def gate(**changed: Any) -> Site:
    return SITE.model_copy(update={"gates": (GATES[0].model_copy(update=changed), GATES[1])})


@pytest.mark.parametrize(
    "other",
    [
        zone(name="Queue", color="#123456"),
        zone(vehicle_types=("bus", "car")),
        gate(name="North", color="#123456", forward_name="in", backward_name="out"),
        SITE.model_copy(update={"zones": (SITE.zones[0], *ZONES[::-1]), "gates": GATES[::-1]}),
        SITE.model_copy(update={"movements": (TURN,)}),
        SITE.model_copy(update={"recorded_at": datetime(2026, 1, 1, tzinfo=UTC), "time_zone": "Europe/Berlin"}),
    ],
)
def test_the_rows_are_the_same(other: Site) -> None:
    assert other != SITE
    assert counts_alike(SITE, other)


@pytest.mark.parametrize(
    "other",
    [
        zone(polygon=((0, 0), (0.5, 0), (0, 1))),
        zone(anchor=Anchor.CENTER),
        zone(vehicle_types=("car",)),
        zone(vehicle_types=None),
        zone(zone_id="z3"),
        gate(points=((0.2, 0.1), (0, 1))),
        gate(points=GATES[0].points[::-1]),
        gate(anchor=Anchor.CENTER),
        gate(vehicle_types=("car",)),
        SITE.model_copy(update={"gates": GATES[:1]}),
        SITE.model_copy(update={"calibration": CALIBRATION}),
        SITE.model_copy(update={"aspect_ratio": 4 / 3}),
    ],
)
def test_the_rows_may_be_others(other: Site) -> None:
    assert not counts_alike(SITE, other)
