"""Any zones and gates on real junctions: everything adds up, from vehicles to intervals.

`ONWATCH_RANDOM_SITES=1000` sets how many sites are drawn, over all clips.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from onwatch_contracts.site import Gate, Movement, MovementStep, Site, SiteZone
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture, pack, unpack_columns
from onwatch_counting.recount import recount
from onwatch_counting.site import SiteResults
from onwatch_counting.tables import (
    CountedVideo,
    balance,
    flow_table,
    interval_table,
    made_movements,
    movement_counts,
    without_parked,
)

CLIPS = ("elephant-castle", "blackfriars-a", "pentonville")
SITES = int(os.environ.get("ONWATCH_RANDOM_SITES", "60"))
RECORDED_AT = datetime.fromisoformat("2026-10-25T02:59:55+02:00")  # five seconds later the clock is set back

pytestmark = [pytest.mark.media, pytest.mark.slow]


def pictures_of(file: Path) -> list[LoggedPicture]:
    """The annotated boxes, with the names of their types as a custom model would have them."""
    clip = json.loads(file.read_text())
    size = np.array([clip["width"], clip["height"]] * 2)
    pictures: dict[int, list[LoggedBox]] = {}
    for track in clip["tracks"]:
        for number, *edges, _ in track["boxes"]:
            steps = np.clip(np.round(np.array(edges) / size * RESOLUTION), 0, RESOLUTION).astype(int).tolist()
            pictures.setdefault(number, []).append(LoggedBox(track["id"], *steps, 230, track["type"]))
    return [LoggedPicture(n / clip["fps"], tuple(sorted(pictures.get(n, ())))) for n in range(max(pictures) + 1)]


def drawn(noise: random.Random) -> Site:
    def point() -> tuple[float, float]:
        return noise.random(), noise.random()

    zones = [
        SiteZone(zone_id=f"z{n}", name=f"Zone {n}", polygon=(point(), point(), point()))
        for n in range(noise.randint(0, 4))
    ]
    gates = [
        Gate(gate_id=f"g{n}", name=f"Gate {n}", points=tuple(point() for _ in range(noise.randint(2, 4))))
        for n in range(noise.randint(1, 6))
    ]
    movements = [
        Movement(
            movement_id=f"m{n}",
            name=f"Movement {n}",
            steps=tuple(MovementStep(gate_id=noise.choice(gates).gate_id) for _ in range(noise.randint(1, 3))),
        )
        for n in range(noise.randint(0, 3))
    ]
    return Site(
        zones=(*Site().zones, *zones),
        gates=tuple(gates),
        movements=tuple(movements),
        recorded_at=RECORDED_AT,
        time_zone="Europe/Berlin",
    )


@pytest.mark.parametrize("name", CLIPS)
def test_everything_adds_up_on_any_site(name: str, shared_dir: Path) -> None:
    pictures = pictures_of(shared_dir / "media" / f"{name}.tracks.json")
    columns = unpack_columns(pack(pictures))
    end_s = pictures[-1].timestamp_s + 0.04
    noise = random.Random(name)  # noqa: S311 the same sites in every run
    for _ in range(-(-SITES // len(CLIPS))):
        site = drawn(noise)
        results = recount(site, [columns], end_s)
        for found in (results, without_parked(results)):
            check(site, found, end_s)


def check(site: Site, found: SiteResults, end_s: float) -> None:
    vehicles = Counter(one.vehicle_type for one in found.vehicles)
    assert balance((one.vehicle_type, one.end_reason) for one in found.vehicles).is_balanced
    assert balance((visit.vehicle_type, visit.exit_reason) for visit in found.visits).is_balanced
    for kind in ("gates", "zones"):
        flows = flow_table(site, found, kind)
        assert flows.balance.is_balanced
        assert added([group.counts for group in (*flows.flows, *flows.unassigned)]) == vehicles
        assert added([flow.counts for flow in flows.flows]) == added([path.counts for path in flows.paths])
    assert added(movement_counts(site, found).counts.values()) == Counter(
        made.vehicle_type for made in made_movements(site, found)
    )
    assert {crossing.vehicle_id for crossing in found.crossings} <= {one.vehicle_id for one in found.vehicles}
    for kind, rows in (("gates", found.crossings), ("zones", found.visits)):
        table = interval_table([CountedVideo("v", site, found, ((0.0, end_s),), end_s)], kind, 60)
        counted = added([table.count(index) for index in range(len(table.intervals))])
        assert counted == Counter(row.vehicle_type for row in rows)


def added(counts: Sequence[dict[str, int]]) -> Counter[str]:
    return sum((Counter(one) for one in counts), Counter[str]())
