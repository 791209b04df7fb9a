"""One vehicle on its way through all zones and gates of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from onwatch_contracts.values import Anchor, ExitReason, VehicleType
from onwatch_counting.gates import Passage, Sighting
from onwatch_counting.log import LoggedBox
from onwatch_counting.site.geometry import SiteGeometry, SiteRules, anchor_of
from onwatch_counting.site.zone_track import ZoneTrack
from onwatch_counting.vehicles import Identity, Motion, Observation, distance_from_way
from onwatch_counting.zones import Step
from onwatch_geometry import Box


@dataclass(slots=True, eq=False)
class Journey:
    """A vehicle in sight, and where it has been."""

    identity: Identity
    vehicle_id: int | None = None
    zones: dict[int, ZoneTrack] = field(default_factory=dict)
    """By place in the site, without the region of interest; only those it came near."""
    gates: dict[int, Passage] = field(default_factory=dict)
    """By place in the site; only those its path met."""
    path: list[tuple[float, Box]] = field(default_factory=list)
    """All its detections, where results are kept."""
    inferred: list[tuple[float, LoggedBox]] = field(default_factory=list)
    """Those in inferred pictures, where evidence is kept."""

    @property
    def motion(self) -> Motion:
        return self.identity.motion

    def best_type(self) -> VehicleType:
        return self.identity.best_type()

    @classmethod
    def begin(
        cls, timestamp_s: float, picture_no: int, seen: Observation, geometry: SiteGeometry, rules: SiteRules
    ) -> Self:
        """A new vehicle, from its first detection."""
        journey = cls(Identity.first_seen(timestamp_s, picture_no, seen))
        for place, (zone, area) in enumerate(geometry.zones):
            if place == 0:
                continue
            anchor = anchor_of(seen.box, zone.anchor)
            if anchor in area:
                track = journey.zones[place] = ZoneTrack()
                track.presence.begin(timestamp_s, anchor, area, rules.zones)
        return journey

    def see(
        self, timestamp_s: float, picture_no: int, seen: Observation, geometry: SiteGeometry, rules: SiteRules
    ) -> list[int]:
        """Process its next detection; returns the zones it has entered for the first time."""
        steps = self._steps(timestamp_s, seen.box)
        entered = list(self._entered(steps, seen.box, geometry, rules))
        self._see_gates(steps, picture_no, seen.box, geometry, rules)
        self.identity.see(timestamp_s, picture_no, seen.track_id, seen.box, rules.vehicles)
        return entered

    def miss(self) -> None:
        """Process a picture in which it is not detected."""
        for track in self.zones.values():
            track.presence.miss()

    def end(self, timestamp_s: float, geometry: SiteGeometry, rules: SiteRules) -> list[int]:
        """Close what is open: it is lost, or the video is over. Returns the zones counted only now."""
        is_lost = self.motion.is_lost(timestamp_s, rules.vehicles)
        reason = ExitReason.TRACK_LOST if is_lost else ExitReason.END_OF_VIDEO
        stands = self.motion.stands(rules.vehicles)
        for place, passage in self.gates.items():
            gate, line = geometry.gates[place]
            passage.finish(self._last_sighting(gate.anchor), line, rules.gates, stands)
        return [place for place, track in sorted(self.zones.items()) if track.close(reason)]

    def _steps(self, timestamp_s: float, box: Box) -> dict[Anchor, Step]:
        motion = self.motion
        return {
            anchor: Step(motion.seen_s, anchor_of(motion.box, anchor), timestamp_s, anchor_of(box, anchor))
            for anchor in Anchor
        }

    def _entered(
        self, steps: Mapping[Anchor, Step], box: Box, geometry: SiteGeometry, rules: SiteRules
    ) -> Iterator[int]:
        for place, (zone, area) in enumerate(geometry.zones):
            if place == 0:
                continue
            step, track = steps[zone.anchor], self.zones.get(place)
            if track is None:
                if area.is_beside(step.start, step.end):
                    continue
                track = ZoneTrack()
            if track.see(step, box, area, rules.zones):
                yield place
            if track.is_nothing:
                self.zones.pop(place, None)
            else:
                self.zones[place] = track

    def _see_gates(
        self, steps: Mapping[Anchor, Step], picture_no: int, box: Box, geometry: SiteGeometry, rules: SiteRules
    ) -> None:
        for place, (gate, line) in enumerate(geometry.gates):
            step, passage = steps[gate.anchor], self.gates.get(place)
            if (passage is None or not passage.pending) and line.is_beside(step.start, step.end):
                continue
            passage = passage or Passage()
            before = Sighting(step.start_s, self.identity.seen_picture_no, step.start, self.motion.box)
            now = Sighting(step.end_s, picture_no, step.end, box)
            passage.see(before, now, line, rules.gates, partial(self.is_plausible, step.end_s, box, rules))
            if passage.pending or passage.crossings or passage.has_turned:
                self.gates[place] = passage

    def _last_sighting(self, anchor: Anchor) -> Sighting:
        motion = self.motion
        return Sighting(motion.seen_s, self.identity.seen_picture_no, anchor_of(motion.box, anchor), motion.box)

    def is_plausible(self, timestamp_s: float, box: Box, rules: SiteRules) -> bool:
        """Whether it can have come to the box with twice its speed; anywhere if that is unknown."""
        if self.motion.velocity is None:
            return True
        ahead_s = 2 * (timestamp_s - self.motion.seen_s)
        return distance_from_way(self.motion, box, ahead_s) <= rules.gates.jump_boxes

    def to_json(self) -> dict[str, Any]:
        """The complete state without the path, JSON only."""
        return {
            "identity": self.identity.to_json(),
            "vehicle_id": self.vehicle_id,
            "zones": [[place, track.to_json()] for place, track in self.zones.items()],
            "gates": [[place, passage.to_json()] for place, passage in self.gates.items()],
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError, TypeError or ValueError if the state is damaged."""
        return cls(
            Identity.from_json(state["identity"]),
            state["vehicle_id"],
            {place: ZoneTrack.from_json(track) for place, track in state["zones"]},
            {place: Passage.from_json(passage) for place, passage in state["gates"]},
        )
