"""Keeps the rows of a count that is made picture by picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from onwatch_contracts.values import Entered, Left, ZoneEvent
from onwatch_counting.evidence import AnalysedPictures, VehicleDetections
from onwatch_counting.log import RESOLUTION, LoggedBox
from onwatch_counting.site.geometry import SiteGeometry, SiteRules
from onwatch_counting.site.journey import Journey
from onwatch_counting.site.results import SiteResults
from onwatch_counting.site.rows import RoiRow, RowMaker, Traveller
from onwatch_counting.site.speedometer import VehiclePath
from onwatch_counting.site.zone_track import ClosedVisit
from onwatch_counting.vehicles import best_type, stops_of


class Ledger:
    """The rows of all vehicles, and which vehicle is which row of the region of interest."""

    def __init__(self, geometry: SiteGeometry, rules: SiteRules, keep_evidence: bool) -> None:
        self._rules = rules
        self._rows = RowMaker(geometry, rules)
        self._keeps_evidence = keep_evidence
        self.inferred_at_s: list[float] = []
        """The times of inferred pictures, where evidence is kept."""
        self._travellers: dict[Journey, Traveller] = {}
        """Those that have ended and had a row in the region of interest."""
        self._roi_rows: dict[int, RoiRow] = {}
        self._roi_journeys: dict[int, Journey] = {}
        self._born_inside: dict[int, bool] = {}

    def add(self, journey: Journey, ended_at_s: float) -> None:
        """A vehicle is gone."""
        identity = journey.identity
        times_s, boxes = (np.array(column) for column in zip(*journey.path, strict=True))
        traveller = Traveller(
            vehicle_id=journey.vehicle_id,
            vehicle_type=best_type(identity.votes),
            first_seen_s=identity.first_seen_s,
            last_seen_s=identity.motion.seen_s,
            stops=stops_of(times_s, boxes, self._rules.vehicles),
            end_reason=identity.end_reason(ended_at_s, self._rules.vehicles),
            tracks_count=identity.tracks_count,
            zones={place: (track.row_no or 0, track.closed) for place, track in journey.zones.items() if track.row_no},
            gates={place: passage.crossings for place, passage in journey.gates.items()},
            path=VehiclePath(times_s, boxes) if self._rows.speedometer is not None else None,
            detections=_detections(journey.inferred) if self._keeps_evidence else None,
        )
        self._rows.add(traveller)
        self._travellers[journey] = traveller

    def book(self, events: Sequence[ZoneEvent], journeys: Mapping[int, Journey | None]) -> None:
        """Events of the region of interest, and whose they are."""
        self._roi_journeys |= {
            row: one for row, one in journeys.items() if one is not None and row not in self._roi_journeys
        }
        for event in events:
            if isinstance(event, Left):
                visit = ClosedVisit(
                    event.entered_at_s, event.left_at_s, event.exit_reason, self._born_inside.pop(event.vehicle_id)
                )
                row = self._roi_rows.setdefault(event.vehicle_id, RoiRow(event.vehicle_id, event.vehicle_type.value))
                row.visits.append(visit)
            elif isinstance(event, Entered):
                self._born_inside[event.vehicle_id] = event.born_inside

    def results(self) -> SiteResults:
        for row_no, row in self._roi_rows.items():
            journey = self._roi_journeys.get(row_no)
            self._rows.add_roi(row, self._travellers.get(journey) if journey else None)
        self._roi_rows = {}
        return self._rows.results(AnalysedPictures(self.inferred_at_s) if self._keeps_evidence else None)


def _detections(inferred: Sequence[tuple[float, LoggedBox]]) -> VehicleDetections:
    boxes = [box for _, box in inferred]
    cast = [box.votes() for box in boxes]
    kinds = sorted({kind for votes in cast for kind in votes})
    table = np.array([[votes.get(kind, 0) for kind in kinds] for votes in cast], np.int64).reshape(
        len(boxes), len(kinds)
    )

    def votes(start: int, end: int) -> Mapping[str, int]:
        return dict(zip(kinds, table[start:end].sum(axis=0).tolist(), strict=True))

    return VehicleDetections(
        times_s=np.array([at_s for at_s, _ in inferred], np.float64),
        confidences=np.array([box.confidence for box in boxes], np.int64),
        boxes=np.array([box[1:5] for box in boxes], np.int64).reshape(-1, 4) / RESOLUTION,
        track_ids=np.array([box.track_id for box in boxes], np.int64),
        votes=votes,
    )
