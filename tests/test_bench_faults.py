"""Faults of boxes on annotated clips are measured, and errors of counts noted with the history of the boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.accuracy.clips import Frame, with_votes
from bench.accuracy.real.__main__ import perfect
from bench.accuracy.real.annotated import Junction, Track
from bench.accuracy.real.degraded import YOLOV8N, degraded, fitted
from bench.accuracy.real.faults import measured
from bench.accuracy.real.histories import of_identity, of_vehicle, track_ids
from onwatch_contracts.values import VehicleType
from onwatch_detector.count import TrackedBox

STEADY = ((0.96, 0.03, 0.01), (0.3, 0.5, 0.2), (0.2, 0.2, 0.6))
STEADY_HABITS = replace(YOLOV8N, chains=(STEADY, STEADY, STEADY), offset=0.03)
PICTURES = 100


@pytest.fixture(scope="module")
def junction() -> Junction:
    """12 cars that stand apart."""
    numbers = np.arange(PICTURES)
    corners = [(100.0 + 200 * (n % 4), 100.0 + 250 * (n // 4)) for n in range(12)]
    tracks = (
        Track(n, "car", False, numbers, np.tile((x, y, x + 60, y + 60), (PICTURES, 1)))
        for n, (x, y) in enumerate(corners)
    )
    return Junction("drawn", (1000, 1000), 25.0, tuple(tracks))


def test_the_habits_of_degraded_boxes_are_found_again(junction: Junction) -> None:
    found = fitted([(junction, list(degraded(junction, STEADY_HABITS, 1)))])
    assert found.chains[0][0] == pytest.approx(STEADY[0], abs=0.03)
    assert found.offset == pytest.approx(0.03, abs=0.01)
    assert found.persistence == pytest.approx(YOLOV8N.persistence, abs=0.05)


def test_faults_are_those_of_the_boxes(junction: Junction) -> None:
    exact, steady, unsteady = (
        measured([(junction, frames)])
        for frames in (perfect(junction), *(list(degraded(junction, one, 1)) for one in (STEADY_HABITS, YOLOV8N)))
    )
    assert exact["vehicles seen in more than nine tenths of them"] == "100%"
    assert (exact["gap, mean"], exact["IoU with the annotated box, mean"]) == ("0.00 s", "1.00")
    for fault in ("gap, mean", "error of an edge, change from one picture to the next, 68 %"):
        assert exact[fault] < steady[fault] < unsteady[fault]
    seen = [float(one["seen, share of all pictures of vehicles"].rstrip("%")) for one in (unsteady, steady, exact)]
    assert seen == sorted(set(seen))


def test_the_history_says_which_track_a_vehicle_had_and_whose_boxes_a_count_is_made_of() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    there, weak = (
        replace(with_votes(np.array([box]), np.array([confidence]), (VehicleType.CAR,), (100, 100)), threshold=0.25)
        for confidence in (0.9, 0.1)
    )
    gone = with_votes(np.zeros((0, 4)), np.zeros(0), (), (100, 100))
    seen = [weak, there, there, there, gone]
    owners: list[tuple[int | None, ...]] = [(7,), (7,), (7,), (None,), ()]
    frames = [
        Frame(float(n), one, whose, (False,) * len(one))
        for n, (one, whose) in enumerate(zip(seen, owners, strict=True))
    ]
    track = TrackedBox(3, *box, 0.9, "car")
    tracks = track_ids(frames, [[], [], [track], [track], []])
    assert of_vehicle(frames, tracks, 7, 0.0, 4.0) == "1 x weak, 1 x untracked, 1 x track 3, 2 x unseen"
    assert of_vehicle(frames, tracks, 7, 2.0, 2.0) == "1 x track 3"
    assert of_identity(frames, tracks, 3) == "1 x vehicle 7, 1 x nothing"
