"""The live numbers of zones: those of vehicles that are gone, as integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any, Self

from onwatch_contracts.site import SiteZone, ZoneCounts
from onwatch_contracts.values import Entered, Left, ZoneEvent
from onwatch_counting.dwell import dwell_time, dwell_us
from onwatch_counting.site.geometry import is_counted
from onwatch_counting.site.zone_track import ZoneTrack


@dataclass(slots=True)
class TypeTally:
    """The numbers of one type."""

    vehicles: int = 0
    current: int = 0
    visits: int = 0
    closed: int = 0
    dwell_us: int = 0
    max_us: int = 0

    def add(self, other: TypeTally) -> None:
        self.vehicles += other.vehicles
        self.current += other.current
        self.visits += other.visits
        self.closed += other.closed
        self.dwell_us += other.dwell_us
        self.max_us = max(self.max_us, other.max_us)

    def close(self, entered_at_s: float, left_at_s: float) -> None:
        stayed_us = dwell_us(entered_at_s, left_at_s)
        self.closed += 1
        self.dwell_us += stayed_us
        self.max_us = max(self.max_us, stayed_us)


@dataclass(slots=True)
class ZoneTally:
    """The numbers of one zone by type."""

    by_type: dict[str, TypeTally] = field(default_factory=dict)

    def of(self, kind: str) -> TypeTally:
        return self.by_type.setdefault(kind, TypeTally())

    def add_track(self, kind: str, track: ZoneTrack) -> None:
        """Add a vehicle, gone or still there."""
        if not track.visits_count:
            return
        tally = self.of(kind)
        tally.vehicles += 1
        tally.visits += track.visits_count
        tally.current += track.is_open
        for visit in track.closed:
            tally.close(visit.entered_at_s, visit.left_at_s)

    def copy(self) -> ZoneTally:
        return ZoneTally({kind: TypeTally(*astuple(tally)) for kind, tally in self.by_type.items()})

    def counts(self, zone: SiteZone) -> ZoneCounts:
        """For the public: only the types that the zone counts, and that occurred."""
        total, by_type = TypeTally(), dict[str, int]()
        for kind, tally in sorted(self.by_type.items()):
            if tally.vehicles and is_counted(kind, zone.vehicle_types):
                total.add(tally)
                by_type[kind] = tally.vehicles
        return ZoneCounts(
            zone_id=zone.zone_id,
            total_vehicles_count=total.vehicles,
            current_vehicles_count=total.current,
            visits_count=total.visits,
            vehicle_type=by_type,
            vehicle_dwell_time=dwell_time(total.closed, total.dwell_us, total.max_us),
        )

    def to_json(self) -> dict[str, Any]:
        return {kind: astuple(tally) for kind, tally in self.by_type.items()}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        return cls({kind: TypeTally(*tally) for kind, tally in state.items()})


@dataclass(slots=True)
class RoiTally:
    """The numbers of the region of interest, from its events."""

    tally: ZoneTally = field(default_factory=ZoneTally)
    open_types: dict[int, str] = field(default_factory=dict)
    """The type under which each open visit is counted, which may change when it is closed."""

    def book(self, event: ZoneEvent) -> None:
        if isinstance(event, Entered):
            self._enter(event)
        else:
            self._leave(event)

    def _enter(self, event: Entered) -> None:
        self.open_types[event.vehicle_id] = event.vehicle_type.value
        tally = self.tally.of(event.vehicle_type.value)
        tally.vehicles += event.visit_no == 1
        tally.visits += 1
        tally.current += 1

    def _leave(self, event: Left) -> None:
        before, after = self.tally.of(self.open_types.pop(event.vehicle_id)), self.tally.of(event.vehicle_type.value)
        before.current -= 1
        before.visits -= 1
        after.visits += 1
        before.vehicles -= event.visit_no == 1
        after.vehicles += event.visit_no == 1
        after.close(event.entered_at_s, event.left_at_s)

    def to_json(self) -> dict[str, Any]:
        return {"tally": self.tally.to_json(), "open": [[row_no, kind] for row_no, kind in self.open_types.items()]}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        return cls(ZoneTally.from_json(state["tally"]), dict(state["open"]))
