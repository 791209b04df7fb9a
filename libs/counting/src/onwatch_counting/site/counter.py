"""Counts all zones and gates of a site, picture by picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from onwatch_contracts.site import GateCounts, Site, SiteCounts
from onwatch_contracts.values import Anchor, ZoneEvent
from onwatch_counting.log import LoggedBox, LoggedPicture
from onwatch_counting.site.geometry import SiteGeometry, SiteRules, is_counted
from onwatch_counting.site.journey import Journey
from onwatch_counting.site.ledger import Ledger
from onwatch_counting.site.results import SiteResults
from onwatch_counting.site.tally import RoiTally, ZoneTally
from onwatch_counting.vehicles import best_type, continuations
from onwatch_counting.zones import ZoneCounter

STATE_VERSION = 1


class SiteStateError(ValueError):
    """The state of a checkpoint cannot be used; the message says why."""


class SiteCounter:
    """All zones and gates, for every analysed picture in order.

    The region of interest is counted by `ZoneCounter`, whose events are those of a run. Other zones and all gates
    follow one identity per vehicle over the whole picture. A live run needs counts; rows are kept with `keep_results`.
    """

    def __init__(
        self,
        site: Site,
        rules: SiteRules | None = None,
        keep_results: bool = False,
        follows_vehicles: bool = False,
        keep_evidence: bool = False,
    ) -> None:
        """`keep_evidence` adds to results how well they were seen."""
        self.site = site
        self.rules = rules or SiteRules()
        self._geometry = SiteGeometry(site)
        self.roi = ZoneCounter(self._geometry.roi, self.rules.zones)
        self._roi_anchor = site.zones[0].anchor
        self._journeys: list[Journey] = []
        self._picture_no = 0
        self._timestamp_s = 0.0
        self._next_vehicle_id = 1
        self._next_row_nos = [1] * len(site.zones)
        self._roi_tally = RoiTally()
        self._zone_tallies = [ZoneTally() for _ in site.zones]
        self._gate_tallies: list[dict[str, list[int]]] = [{} for _ in site.gates]
        self._follows_vehicles = keep_results or follows_vehicles or not site.is_roi_only
        """Whether vehicles matter outside of the region of interest: most runs need no more."""
        self._ledger = Ledger(self._geometry, self.rules, keep_evidence) if keep_results else None
        self._keeps_evidence = keep_results and keep_evidence

    def observe(self, picture: LoggedPicture) -> tuple[ZoneEvent, ...]:
        """Process a picture and return the events of the region of interest.

        Raises ValueError if time runs backwards or two boxes have the same track.
        """
        boxes = picture.boxes
        events = self.roi.observe(picture.timestamp_s, [box.observation(self._roi_anchor) for box in boxes])
        self._timestamp_s = picture.timestamp_s
        self._picture_no += 1
        if self._ledger is not None and self._keeps_evidence and picture.is_inferred:
            self._ledger.inferred_at_s.append(picture.timestamp_s)
        if not self._follows_vehicles:
            self._book(events, ())
            return events
        ended = [
            journey for journey in self._journeys if journey.motion.is_past(self._timestamp_s, self.rules.vehicles)
        ]
        self._end(ended)
        self._assign({box.track_id: box for box in boxes if box.track_id >= 0}, is_inferred=picture.is_inferred)
        lost = [journey for journey in self._journeys if self._is_lost(journey)]
        self._end(lost)
        self._book(events, (*self._journeys, *ended, *lost))
        return events

    def finish(self, end_s: float) -> tuple[ZoneEvent, ...]:
        """Close everything at the end of the video."""
        events = self.roi.finish(end_s)
        self._timestamp_s = end_s
        ended = list(self._journeys)
        self._end(ended)
        self._book(events, ended)
        return events

    def counts(self) -> SiteCounts:
        """The numbers of all zones and gates now."""
        zones = [self._roi_tally.tally, *(tally.copy() for tally in self._zone_tallies[1:])]
        gates = [{kind: list(pair) for kind, pair in tally.items()} for tally in self._gate_tallies]
        for journey in self._journeys:
            _add_journey(journey, zones, gates)
        return SiteCounts(
            zones=tuple(tally.counts(zone) for tally, zone in zip(zones, self.site.zones, strict=True)),
            gates=tuple(
                GateCounts(
                    gate_id=gate.gate_id,
                    forward=_direction(tally, 0, gate.vehicle_types),
                    backward=_direction(tally, 1, gate.vehicle_types),
                )
                for tally, gate in zip(gates, self.site.gates, strict=True)
            ),
        )

    @property
    def results(self) -> SiteResults:
        """All rows, complete after `finish`; only with `keep_results`."""
        if self._ledger is None:
            raise ValueError("the counter was made without keep_results")
        return self._ledger.results()

    @property
    def journeys(self) -> Sequence[Journey]:
        """The vehicles in sight, confirmed or not."""
        return self._journeys

    def _is_lost(self, journey: Journey) -> bool:
        unseen = journey.motion.seen_s != self._timestamp_s
        return unseen and journey.motion.is_lost(self._timestamp_s, self.rules.vehicles)

    def _assign(self, boxes: Mapping[int, LoggedBox], *, is_inferred: bool) -> None:
        """Give each box to its vehicle, or to a new one."""
        seen = {track_id: boxes[track_id].observation(Anchor.BOTTOM_CENTER) for track_id in sorted(boxes)}
        known = {journey.motion.track_id: journey for journey in self._journeys}
        missing = [journey for journey in self._journeys if journey.motion.track_id not in seen]
        new_tracks = [one for one in seen.values() if one.track_id not in known]
        known |= continuations(missing, new_tracks, self._timestamp_s, self.rules.vehicles)
        now = self._timestamp_s, self._picture_no
        for track_id, one in seen.items():
            if (journey := known.get(track_id)) is None:
                journey = Journey.begin(*now, one, self._geometry, self.rules)
                self._journeys.append(journey)
            else:
                self._number(journey, journey.see(*now, one, self._geometry, self.rules))
            journey.identity.vote(boxes[track_id].votes())
            if self._ledger is not None:
                journey.path.append((self._timestamp_s, one.box))
            if self._keeps_evidence and is_inferred:
                journey.inferred.append((self._timestamp_s, boxes[track_id]))
        for journey in self._journeys:
            if journey.identity.seen_picture_no != self._picture_no:
                journey.miss()
        self._journeys.sort(key=lambda journey: journey.motion.track_id)

    def _number(self, journey: Journey, entered: Sequence[int]) -> None:
        """Number a vehicle that is confirmed, or counted in zones, since this picture."""
        for place in entered:
            journey.zones[place].row_no = self._next_row_nos[place]
            self._next_row_nos[place] += 1
        if journey.vehicle_id is None and journey.identity.is_confirmed:
            journey.vehicle_id = self._next_vehicle_id
            self._next_vehicle_id += 1

    def _end(self, journeys: Sequence[Journey]) -> None:
        for journey in journeys:
            self._number(journey, journey.end(self._timestamp_s, self._geometry, self.rules))
            _add_journey(journey, self._zone_tallies, self._gate_tallies)
            if self._ledger is not None:
                self._ledger.add(journey, self._timestamp_s)
        self._journeys = [journey for journey in self._journeys if journey not in journeys]

    def _book(self, events: Sequence[ZoneEvent], journeys: Sequence[Journey]) -> None:
        for event in events:
            self._roi_tally.book(event)
        if self._ledger is not None and events:
            of_track = {journey.motion.track_id: journey for journey in journeys}
            self._ledger.book(events, {row: of_track.get(track) for row, track in self.roi.entered_track_ids.items()})

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only; floats survive `json` exactly. ValueError if results are kept."""
        if self._ledger is not None:
            raise ValueError("results are not part of the state: count again from the log")
        return {
            "version": STATE_VERSION,
            "roi": self.roi.to_json(),
            "timestamp_s": self._timestamp_s,
            "picture_no": self._picture_no,
            "next_vehicle_id": self._next_vehicle_id,
            "next_row_nos": self._next_row_nos,
            "journeys": [journey.to_json() for journey in self._journeys],
            "roi_tally": self._roi_tally.to_json(),
            "zone_tallies": [tally.to_json() for tally in self._zone_tallies],
            "gate_tallies": self._gate_tallies,
        }

    @classmethod
    def from_json(
        cls, state: Mapping[str, Any], site: Site, rules: SiteRules | None = None, follows_vehicles: bool = False
    ) -> Self:
        """The counter of a state; `SiteStateError` or `ZoneStateError` if that is damaged or of another version."""
        if state.get("version") != STATE_VERSION:
            raise SiteStateError(f"site state of version {state.get('version')!r}, expected {STATE_VERSION}")
        counter = cls(site, rules, follows_vehicles=follows_vehicles)
        try:
            counter.roi = ZoneCounter.from_json(state["roi"], counter._geometry.roi, counter.rules.zones)
            counter._timestamp_s = float(state["timestamp_s"])
            counter._picture_no = int(state["picture_no"])
            counter._next_vehicle_id = int(state["next_vehicle_id"])
            counter._next_row_nos = list(state["next_row_nos"])
            counter._journeys = [Journey.from_json(journey) for journey in state["journeys"]]
            counter._roi_tally = RoiTally.from_json(state["roi_tally"])
            counter._zone_tallies = [ZoneTally.from_json(tally) for tally in state["zone_tallies"]]
            counter._gate_tallies = [{kind: list(pair) for kind, pair in t.items()} for t in state["gate_tallies"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise SiteStateError(f"site state is damaged: {error!r}") from error
        sizes = len(counter._next_row_nos), len(counter._zone_tallies), len(counter._gate_tallies)
        if sizes != (len(site.zones), len(site.zones), len(site.gates)):
            raise SiteStateError(f"site state of {sizes[0]} zones and {sizes[2]} gates, which the site has not")
        return counter


def _add_journey(journey: Journey, zones: Sequence[ZoneTally], gates: Sequence[dict[str, list[int]]]) -> None:
    kind = best_type(journey.identity.votes)
    for place, track in journey.zones.items():
        zones[place].add_track(kind, track)
    if journey.vehicle_id is None:
        return
    for place, passage in journey.gates.items():
        for crossing in passage.crossings:
            gates[place].setdefault(kind, [0, 0])[0 if crossing.sign > 0 else 1] += 1


def _direction(tally: Mapping[str, Sequence[int]], index: int, types: tuple[str, ...] | None) -> dict[str, int]:
    return {kind: pair[index] for kind, pair in sorted(tally.items()) if pair[index] and is_counted(kind, types)}
