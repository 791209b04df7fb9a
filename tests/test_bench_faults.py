"""Faults of boxes on annotated clips are measured, and errors of counts noted with the history of the boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.accuracy.clips import Frame, with_votes
from bench.accuracy.real.__main__ import perfect
from bench.accuracy.real.annotated import Junction, Track
from bench.accuracy.real.degraded import degraded
from bench.accuracy.real.faults import measured, seen_vehicles
from bench.accuracy.real.fitting import fitted
from bench.accuracy.real.habits import FOUND, FREE, SITUATIONS, UNSEEN, YOLOV8N, Errors, Habits, Kind
from bench.accuracy.real.histories import of_identity, of_vehicle, track_ids
from bench.accuracy.real.true_tracks import true_tracks
from onwatch_contracts.values import VehicleType
from onwatch_detector.count import TrackedBox

OFTEN = ((0.96, 0.03, 0.01), (0.3, 0.5, 0.2), (0.2, 0.2, 0.6))
HARDLY = ((0.2, 0.2, 0.6), (0.1, 0.2, 0.7), (0.005, 0.005, 0.99))
STEADY = Errors(
    mean=((0.0, 0.0, 0.0, -0.05),) * SITUATIONS,
    kept=((0.02,) * 4,) * SITUATIONS,
    held=(0.03,) * 4,
    renewed=0.05,
    trembling=(0.005,) * 4,
    outlying=(0.01,) * 4,
    outlier=(0.1,) * 4,
)
STEADY_HABITS = Habits(
    kinds=(
        Kind((0.75,) * SITUATIONS, (OFTEN,) * SITUATIONS, confidence=0.6),
        Kind((0.25,) * SITUATIONS, (HARDLY,) * SITUATIONS, confidence=0.4),
    ),
    errors=STEADY,
    confidences=(0.05, 0.05),
    wrong_type=0.2,
)
ALWAYS_STEADY = replace(
    STEADY_HABITS,
    kinds=(Kind((1.0,) * SITUATIONS, (OFTEN,) * SITUATIONS, confidence=0.6),),
    errors=replace(STEADY, trembling=(0.001,) * 4, outlying=(0.0,) * 4),
)
PICTURES = 200


@pytest.fixture(scope="module")
def junction() -> Junction:
    """24 cars that stand apart."""
    numbers = np.arange(PICTURES)
    corners = [(60.0 + 115 * (n % 8), 60.0 + 250 * (n // 8)) for n in range(24)]
    tracks = (
        Track(n, "car", False, numbers, np.tile((x, y, x + 60, y + 60), (PICTURES, 1)))
        for n, (x, y) in enumerate(corners)
    )
    return Junction("drawn", (1000, 1000), 25.0, tuple(tracks))


def test_the_habits_of_degraded_boxes_are_found_again(junction: Junction) -> None:
    found = fitted([(junction, list(degraded(junction, STEADY_HABITS, 1)))])
    often, *others = found.kinds
    assert often.shares[FREE] == pytest.approx(0.75, abs=0.15)
    assert often.chains[FREE][FOUND] == pytest.approx(OFTEN[FOUND], abs=0.02)
    assert often.confidence == pytest.approx(0.6, abs=0.03)
    hardly = max(others, key=lambda kind: kind.shares[FREE])
    assert hardly.chains[FREE][UNSEEN] == pytest.approx(HARDLY[UNSEEN], abs=0.02)
    assert found.errors.mean[FREE] == pytest.approx(STEADY.mean[FREE], abs=0.02)
    assert np.mean(found.errors.kept[FREE]) == pytest.approx(0.02, abs=0.01)
    assert found.errors.held == pytest.approx(STEADY.held, abs=0.01)
    assert found.errors.renewed == pytest.approx(STEADY.renewed, abs=0.03)
    assert found.errors.trembling == pytest.approx(STEADY.trembling, abs=0.003)
    assert found.errors.outlying == pytest.approx(STEADY.outlying, abs=0.01)


def test_a_vehicle_that_is_hardly_ever_found_stays_so(junction: Junction) -> None:
    vehicles = seen_vehicles([(junction, list(degraded(junction, STEADY_HABITS, 1)))])
    shares = np.array([one.share for one in vehicles])
    assert np.mean(shares < 0.2) == pytest.approx(0.25, abs=0.15)
    assert np.mean(shares > 0.8) == pytest.approx(0.75, abs=0.15)


def test_faults_are_those_of_the_boxes(junction: Junction) -> None:
    exact, steady, unsteady = (
        measured([(junction, frames)])
        for frames in (perfect(junction), *(list(degraded(junction, one, 1)) for one in (ALWAYS_STEADY, YOLOV8N)))
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


def test_true_tracks_have_the_annotated_vehicle_of_each_box_and_go_evenly_through_gaps() -> None:
    def frame(number: int, boxes: list[tuple[float, ...]], owners: list[int | None], confidences: list[float]) -> Frame:
        edges = np.array(boxes, np.float32).reshape(-1, 4)
        kinds = tuple(VehicleType("car") for _ in boxes)
        found = with_votes(edges, np.array(confidences, np.float32), kinds, (100, 100))
        return Frame(number / 25, found, tuple(owners), (False,) * len(boxes))

    frames = [
        frame(0, [(0, 0, 10, 10), (50, 50, 60, 60)], [7, None], [0.5, 0.9]),
        frame(1, [], [], []),
        frame(2, [(90, 0, 100, 10)], [8], [0.4]),
        frame(3, [(30, 0, 40, 10), (32, 0, 42, 10)], [7, 7], [0.6, 0.2]),
    ]
    tracked = true_tracks(frames)
    assert [[(box.track_id, round(box.left)) for box in boxes] for boxes in tracked] == [
        [(7, 0)],
        [(7, 10)],
        [(8, 90), (7, 20)],
        [(7, 30)],
    ]
