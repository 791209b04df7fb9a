"""Live numbers."""

from __future__ import annotations

import json

from onwatch_contracts.site import SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Entered, ExitReason, Left, VehicleType
from onwatch_counting.site import ClosedVisit, ZoneTrack
from onwatch_counting.site.tally import RoiTally, ZoneTally

ZONE = SiteZone(zone_id="z", name="Z", polygon=WHOLE_FRAME)
CARS = SiteZone(zone_id="z", name="Z", polygon=WHOLE_FRAME, vehicle_types=("car",))
CAR, TRUCK = VehicleType.CAR, VehicleType.TRUCK


def test_a_visit_that_ends_under_another_type_moves_with_all_its_numbers() -> None:
    tally = RoiTally()
    tally.book(Entered(vehicle_id=1, visit_no=1, vehicle_type=CAR, entered_at_s=1.0))
    assert tally.tally.counts(ZONE).vehicle_type == {"car": 1}
    reason = ExitReason.LEFT
    tally.book(Left(vehicle_id=1, visit_no=1, vehicle_type=TRUCK, entered_at_s=1.0, left_at_s=3.0, exit_reason=reason))
    counts = RoiTally.from_json(json.loads(json.dumps(tally.to_json()))).tally.counts(ZONE)
    assert counts.vehicle_type == {"truck": 1}
    assert (counts.total_vehicles_count, counts.current_vehicles_count, counts.visits_count) == (1, 0, 1)
    assert (counts.vehicle_dwell_time.mean_s, counts.vehicle_dwell_time.visits) == (2.0, 1)


def test_only_the_types_of_the_zone_count() -> None:
    tally = ZoneTally()
    for kind, left_at_s in (("car", 3.0), ("truck", 9.0), ("tram", 9.0)):
        tally.add_track(kind, ZoneTrack(visits_count=1, closed=[ClosedVisit(1.0, left_at_s, ExitReason.LEFT, False)]))
    assert tally.counts(ZONE).vehicle_type == {"car": 1, "tram": 1, "truck": 1}
    assert tally.counts(CARS).total_vehicles_count == 1
    assert tally.counts(CARS).vehicle_dwell_time.max_s == 2.0
