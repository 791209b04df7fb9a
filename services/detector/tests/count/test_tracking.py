"""Tracking: ids are kept or new as expected, and a restored tracker continues exactly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_counting.log import LoggedBox
from onwatch_detector.count.tracking import TrackedBox, Tracker, TrackerStateError
from onwatch_detector.detections import TYPES, Detections
from onwatch_testkit.slow import some_of

Box = tuple[float, float, float, float]
RATES = [5.0, 8.0, 12.5, 25.0, 29.97, 60.0]


def detected(*boxes: Box, confidence: float | Sequence[float] = 0.8) -> Detections:
    confidences = np.broadcast_to(np.array(confidence, np.float32), len(boxes)).copy()
    scores = np.zeros((len(boxes), len(TYPES)), np.float32)
    scores[:, 0] = confidences
    array = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(array, confidences, (VehicleType.CAR,) * len(boxes), scores)


def car(x: float, y: float = 100.0, width: float = 60.0, height: float = 40.0) -> Box:
    return x, y, x + width, y + height


def ids(tracked: Sequence[TrackedBox]) -> list[int]:
    return [box.track_id for box in tracked]


def through_json(tracker: Tracker) -> Tracker:
    return Tracker.restore(json.loads(json.dumps(tracker.snapshot())))


def traffic(seed: int, frames: int = 120) -> list[Detections]:
    """Vehicles in two lanes with jitter, misses, low confidences and some false boxes."""
    random = np.random.default_rng(seed)
    ways = [(x, y, v) for y, v in ((100.0, 6.0), (170.0, -5.0)) for x in random.uniform(-500, 900, 6)]
    scene = []
    for n in range(frames):
        boxes = [car(x + v * n + random.normal(0, 1), y) for x, y, v in ways if random.random() > 0.15]
        boxes += [car(random.uniform(0, 600), random.uniform(0, 300))] * int(random.random() < 0.1)
        scene.append(detected(*boxes, confidence=random.uniform(0.15, 0.95, len(boxes))))
    return scene


def run(tracker: Tracker, scene: Sequence[Detections], start: int = 0) -> list[tuple[TrackedBox, ...]]:
    return [tracker.update(seen, n / 25) for n, seen in enumerate(scene[start:], start)]


def test_a_vehicle_has_its_id_from_its_first_detection_on() -> None:
    tracker = Tracker()
    assert [ids(tracker.update(detected(car(10.0 + n)), n / 25)) for n in range(3)] == [[1], [1], [1]]


def test_the_boxes_are_those_that_were_detected() -> None:
    tracker = Tracker()
    for n in range(5):
        [box] = tracker.update(detected(car(10.5 + 7 * n), confidence=0.75), n / 25)
        assert (box.left, box.top, box.right, box.bottom) == (10.5 + 7 * n, 100.0, 70.5 + 7 * n, 140.0)
        assert (box.vehicle_type, box.confidence, box.scores) == (VehicleType.CAR, 0.75, (0.75, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("pixels_per_s", [0, 60, 200, 400])
def test_every_vehicle_keeps_its_id_at_any_frame_rate(fps: float, pixels_per_s: float) -> None:
    tracker, seen = Tracker(), dict[int, set[int]]()
    for n in range(round(2 * fps)):
        moved = pixels_per_s * n / fps
        boxes = [car(-200 + 150 * k + moved) for k in range(3)] + [car(1200 - 150 * k - moved, 150) for k in range(3)]
        for box in tracker.update(detected(*boxes), n / fps):
            vehicle = next(k for k, b in enumerate(boxes) if (b[0], b[1]) == pytest.approx((box.left, box.top)))
            seen.setdefault(vehicle, set()).add(box.track_id)
    assert [len(seen[vehicle]) for vehicle in range(6)] == [1] * 6


@pytest.mark.parametrize(("step_s", "expected"), [(0.04, 2), (0.2, 1)])
def test_from_one_picture_to_the_next_a_vehicle_moves_less_than_in_a_longer_time(step_s: float, expected: int) -> None:
    tracker = Tracker()
    tracker.update(detected(car(100)), 0.0)
    assert ids(tracker.update(detected(car(140)), step_s)) == [expected]


def test_the_time_between_two_frames_may_vary() -> None:
    tracker, now_s = Tracker(), 0.0
    for n in range(60):
        now_s += (0.02, 0.04, 0.2)[n % 3]
        assert ids(tracker.update(detected(car(10 + 300 * now_s)), now_s)) == [1]


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(("hidden_s", "expected"), [(0.6, 1), (1.3, 2)])
def test_a_hidden_vehicle_keeps_its_id_for_a_second(fps: float, hidden_s: float, expected: int) -> None:
    tracker = Tracker()
    for n in range(round(fps) + 1):
        tracker.update(detected(car(100 * n / fps)), n / fps)
    seen_again = 1.0 + hidden_s
    for n in range(round(fps) + 1, 3 * round(fps)):
        if n / fps >= seen_again:
            assert ids(tracker.update(detected(car(100 * n / fps)), n / fps)) == [expected]
            return
        assert tracker.update(detected(), n / fps) == ()


def test_a_weak_detection_begins_no_track_but_continues_one() -> None:
    tracker = Tracker()
    assert tracker.update(detected(car(10), confidence=0.2), 0.0) == ()
    assert ids(tracker.update(detected(car(11), confidence=0.6), 0.04)) == [1]
    assert ids(tracker.update(detected(car(12), confidence=0.2), 0.08)) == [1]


def test_below_the_threshold_of_the_engine_a_detection_holds_a_vehicle_where_it_is() -> None:
    def weak(x: float) -> Detections:
        return replace(detected(car(x), confidence=0.15), threshold=0.25)

    tracker = Tracker()
    assert ids(tracker.update(replace(detected(car(10)), threshold=0.25), 0.0)) == [1]
    assert ids(tracker.update(replace(detected(car(11)), threshold=0.25), 0.04)) == [1]
    assert ids(tracker.update(weak(12), 0.08)) == [1]
    assert tracker.update(weak(200), 0.12) == ()


def test_a_vehicle_that_brakes_unseen_is_found_where_it_was() -> None:
    tracker = Tracker()
    for n in range(10):
        tracker.update(detected(car(100.0 + 12 * n)), n / 25)
    for n in range(10, 25):
        tracker.update(detected(), n / 25)
    assert ids(tracker.update(detected(car(225.0)), 1.0)) == [1]


def test_a_weak_box_that_never_moves_is_no_track_and_one_that_moves_becomes_one() -> None:
    tracker = Tracker()
    tracker.update(detected(), 0.0)
    for n in range(50, 100):
        boxes = detected(car(300), car(10 + n, 200), confidence=0.4)
        tracks = tracker.update(boxes, n / 25, (640, 360))
        assert ids(tracks) == ([1] if n >= 50 + 15 else [])


def test_a_part_of_a_vehicle_is_no_second_one() -> None:
    tracker = Tracker()
    bus, cab = car(100, width=200, height=80), car(110, 110)
    for n in range(25):
        boxes = (bus, cab) if n % 2 else (bus,)
        assert ids(tracker.update(detected(*boxes), n / 25, (640, 360))) == [1]


def test_the_whole_of_a_vehicle_is_no_second_one_beside_its_half() -> None:
    tracker = Tracker()
    half, whole = car(100, width=100, height=80), car(100, width=200, height=80)
    for n in range(25):
        boxes = (half, whole) if n % 2 else (half,)
        assert ids(tracker.update(detected(*boxes), n / 25, (640, 360))) == [1]


def test_what_comes_out_from_behind_a_vehicle_is_one_once_it_is_out() -> None:
    tracker = Tracker()
    bus = car(100, width=200, height=80)
    tracker.update(detected(bus), 0.0)
    for n in range(1, 25):
        found = ids(tracker.update(detected(bus, car(200 + 4 * n, 120)), n / 25))
        assert found == ([1] if 200 + 4 * n + 60 <= 300 + 0.15 * 60 else [1, 2])


def test_a_vehicle_that_drives_behind_another_keeps_its_track() -> None:
    tracker = Tracker()
    bus = car(300, width=200, height=80)
    for n in range(50):
        assert ids(tracker.update(detected(bus, car(100 + 6 * n, 120)), n / 25)) == [1, 2]


def test_a_snapshot_of_an_earlier_version_has_no_candidates() -> None:
    tracker = Tracker()
    tracker.update(detected(car(10)), 2.0)
    tracker.update(detected(car(11), car(300), confidence=[0.8, 0.4]), 2.04)
    snapshot = tracker.snapshot()
    for name in ("last_boxes", "left", "next_candidate_id", "candidates"):
        del snapshot[name]
    assert ids(Tracker.restore(snapshot).update(detected(car(12)), 2.08)) == [1]


def test_a_box_of_a_single_frame_is_not_continued_by_another_vehicle() -> None:
    tracker = Tracker()
    assert ids(tracker.update(detected(car(10)), 0.0)) == [1]
    for n in range(1, 10):
        tracker.update(detected(), n / 25)
    assert ids(tracker.update(detected(car(12)), 10 / 25)) == [2]


def test_two_boxes_at_the_same_place_are_two_tracks() -> None:
    assert ids(Tracker().update(detected(car(10), car(10)), 0.0)) == [1, 2]


def test_trackers_share_nothing() -> None:
    first, second = Tracker(), Tracker()
    first.update(detected(car(10)), 0.0)
    assert ids(second.update(detected(car(300)), 0.0)) == [1]


def test_an_empty_picture_is_no_track() -> None:
    assert Tracker().update(Detections.none(), 0.0) == ()


@pytest.mark.parametrize("timestamp_s", [1.0, 0.5])
def test_time_must_increase(timestamp_s: float) -> None:
    tracker = Tracker()
    tracker.update(detected(), 1.0)
    with pytest.raises(ValueError, match="time must increase"):
        tracker.update(detected(), timestamp_s)


@pytest.mark.parametrize("seed", some_of(range(3), kept=2))
def test_restored_at_any_frame_a_tracker_continues_exactly(seed: int) -> None:
    scene = traffic(seed)
    undisturbed = run(Tracker(), scene)
    assert sum(map(len, undisturbed)) > 200
    tracker = Tracker()
    for n in range(len(scene)):
        resumed = through_json(tracker)
        assert resumed.snapshot() == tracker.snapshot()
        if n % 10 == seed:
            assert run(resumed, scene, start=n) == undisturbed[n:]
        tracker.update(scene[n], n / 25)


def test_restored_before_every_frame_a_tracker_gives_the_same() -> None:
    scene, tracker = traffic(9), Tracker()
    tracked = []
    for n, seen in enumerate(scene):
        tracker = through_json(tracker)
        tracked.append(tracker.update(seen, n / 25))
    assert tracked == run(Tracker(), scene)


def test_a_snapshot_of_ten_tracks_is_a_few_kilobytes() -> None:
    tracker = Tracker()
    for n in range(50):
        tracker.update(detected(*(car(10 + 90 * k + 1.37 * n) for k in range(10))), n / 25)
    assert len(json.dumps(tracker.snapshot())) < 8_000


def test_a_snapshot_of_another_version_or_shape_is_refused() -> None:
    snapshot = Tracker().snapshot()
    with pytest.raises(TrackerStateError, match="version 2, expected 1"):
        Tracker.restore(snapshot | {"version": 2})
    with pytest.raises(TrackerStateError, match="damaged"):
        Tracker.restore(snapshot | {"tracks": [{"id": 1}]})


def test_a_logged_box_is_in_fractions_of_the_picture() -> None:
    # It covers a tenth of the picture, by which its evidence is weighed in `scores` and not in the log.
    box = TrackedBox(7, 80.0, 100.0, 120.0, 200.0, 0.9, VehicleType.BUS, (0.01, 0.0, 0.09))
    assert box.logged(200, 200) == LoggedBox(
        7, round(0.4 * 32768), 16384, round(0.6 * 32768), 32768, 230, "bus", (("bus", 230), ("car", 26))
    )


def test_a_logged_box_is_within_the_picture_and_not_empty() -> None:
    box = TrackedBox(7, -3.0, 199.9999, 0.001, 201.0, 1.0, VehicleType.CAR, (1.0,))
    assert box.logged(200, 200) == LoggedBox(7, 0, 32767, 1, 32768, 256, "car", (("car", 256),))


def test_a_class_of_a_custom_model_has_its_own_name_in_the_log() -> None:
    scores = np.float32([[0, 0.25, 0, 0, 0, 0, 0.5]])
    seen = Detections(np.float32([car(10)]), np.float32([0.5]), ("tram",), scores, (*TYPES, "tram"))
    (box,) = Tracker().update(seen, 0.0)
    logged = box.logged(60, 40)
    assert (logged.vehicle_type, logged.scores) == ("tram", (("tram", 128), ("truck", 64)))


def test_a_box_without_evidence_has_no_scores_in_the_log() -> None:
    assert TrackedBox(7, 0.0, 0.0, 50.0, 50.0, 0.001, VehicleType.CAR, (0.0,)).logged(200, 200).scores == ()
    assert TrackedBox(7, 0.0, 0.0, 50.0, 50.0, 0.001, VehicleType.CAR, (1e-5,)).logged(200, 200).scores == (("car", 1),)
