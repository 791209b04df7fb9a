"""Sites and results made by hand, and strategies for any results that add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from onwatch_contracts.site import Gate, Movement, MovementStep, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, ExitReason
from onwatch_counting.site import Crossing, SiteResults, SiteVehicle, ZoneVisit

GATES = ("north", "east", "south")
ZONES = ("roi", "stop", "box")
END_S = 600.0
LINE = ((0.0, 0.5), (1.0, 0.5))


class Samples:
    """Makes rows with defaults."""

    @staticmethod
    def site(**fields: Any) -> Site:
        gates = tuple(Gate(gate_id=name, name=name.title(), points=LINE) for name in GATES)
        zones = tuple(SiteZone(zone_id=name, name=name.title(), polygon=WHOLE_FRAME) for name in ZONES)
        return Site(**{"gates": gates, "zones": zones} | fields)

    @staticmethod
    def movement(name: str, *gate_ids: str, direction: Any = None) -> Movement:
        steps = tuple(MovementStep(gate_id=gate_id, direction=direction) for gate_id in gate_ids)
        return Movement(movement_id=name, name=name.title(), steps=steps)

    @staticmethod
    def vehicle(vehicle_id: int, kind: str = "car", **fields: Any) -> SiteVehicle:
        defaults: dict[str, Any] = {
            "first_seen_s": 0.0,
            "last_seen_s": END_S,
            "moving_s": END_S,
            "standing_s": 0.0,
            "stops_count": 0,
            "is_parked": False,
            "end_reason": ExitReason.LEFT,
        }
        return SiteVehicle(vehicle_id=vehicle_id, vehicle_type=kind, **defaults | fields)

    @staticmethod
    def crossing(gate_id: str, vehicle_id: int, at_s: float, kind: str = "car", **fields: Any) -> Crossing:
        defaults: dict[str, Any] = {"crossing_no": 1, "direction": "forward", "position": (0.5, 0.5)}
        return Crossing(gate_id=gate_id, vehicle_id=vehicle_id, vehicle_type=kind, at_s=at_s, **defaults | fields)

    @staticmethod
    def visit(zone_id: str, row_no: int, entered_at_s: float, left_at_s: float, **fields: Any) -> ZoneVisit:
        defaults: dict[str, Any] = {
            "visit_no": 1,
            "vehicle_id": row_no,
            "vehicle_type": "car",
            "exit_reason": ExitReason.LEFT,
            "born_inside": False,
            "moving_s": left_at_s - entered_at_s,
            "standing_s": 0.0,
            "stops_count": 0,
            "is_parked": False,
        }
        times = {"entered_at_s": entered_at_s, "left_at_s": left_at_s}
        return ZoneVisit(zone_id=zone_id, row_no=row_no, **defaults | times | fields)

    def drive(self, vehicle_id: int, *gate_ids: str, kind: str = "car", **fields: Any) -> SiteResults:
        """One vehicle that crosses these gates, one a second."""
        crossings = (self.crossing(gate, vehicle_id, float(at), kind) for at, gate in enumerate(gate_ids, 1))
        return SiteResults((self.vehicle(vehicle_id, kind, **fields),), (), tuple(crossings))

    @staticmethod
    def together(*results: SiteResults) -> SiteResults:
        return SiteResults(
            tuple(vehicle for one in results for vehicle in one.vehicles),
            tuple(visit for one in results for visit in one.visits),
            tuple(crossing for one in results for crossing in one.crossings),
            sum(one.unconfirmed_tracks_count for one in results),
        )


@pytest.fixture(scope="session")
def samples() -> Samples:
    return Samples()


_TYPES = st.sampled_from(["car", "truck", "bus", "bicycle", "vehicle", "tram"])
_TIMES = st.integers(0, 5999).map(lambda tenths: tenths / 10)


@st.composite
def _vehicle(draw: st.DrawFn, vehicle_id: int) -> SiteResults:
    kind, make = draw(_TYPES), Samples()
    fields = {"end_reason": draw(st.sampled_from(ExitReason)), "is_parked": draw(st.booleans())}
    times: Sequence[float] = sorted(draw(st.lists(_TIMES, max_size=5)))
    crossings = tuple(
        make.crossing(
            draw(st.sampled_from(GATES)),
            vehicle_id,
            at_s,
            kind,
            direction=draw(st.sampled_from(["forward", "backward"])),
        )
        for at_s in times
    )
    visits = tuple(
        make.visit(
            draw(st.sampled_from(ZONES)),
            vehicle_id,
            at_s,
            at_s + 8,
            visit_no=number,
            vehicle_type=kind,
            vehicle_id=draw(st.sampled_from([vehicle_id, None])),
            exit_reason=draw(st.sampled_from(ExitReason)),
            standing_spans_s=((at_s + 1, at_s + 4), (at_s + 4, at_s + 6)) if draw(st.booleans()) else (),
        )
        for number, at_s in enumerate(times, 1)
    )
    return SiteResults((make.vehicle(vehicle_id, kind, **fields),), visits, crossings)


@st.composite
def _results(draw: st.DrawFn) -> SiteResults:
    count = draw(st.integers(0, 12))
    return Samples.together(*(draw(_vehicle(number)) for number in range(1, count + 1)))


@pytest.fixture(scope="session")
def any_results() -> st.SearchStrategy[SiteResults]:
    """Of up to 12 vehicles of any type, in the order of their numbers."""
    return _results()
