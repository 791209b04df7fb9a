"""Known causes of counting errors, each reproduced with the tracker and the zone rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from onwatch_contracts.values import Anchor, Entered, Left, VehicleType, Zone, ZoneEvent
from onwatch_counting.zones import Observation, ZoneCounter
from onwatch_detector.count.tracking import Tracker
from onwatch_detector.detections import TYPES, Detections

WIDTH, HEIGHT = 1000, 500
ZONE = Zone(polygon=((0.3, 0.2), (0.7, 0.2), (0.7, 0.9), (0.3, 0.9)))
FPS = 25.0

Box = tuple[float, float, float, float]
Seen = tuple[Box, VehicleType, float]


def car(x: float, y: float = 300.0, width: float = 100.0, height: float = 60.0) -> Seen:
    """A car whose bottom centre is at the point, in pixels."""
    return (x - width / 2, y - height, x + width / 2, y), VehicleType.CAR, 0.8


def detections(seen: Sequence[Seen]) -> Detections:
    scores = np.zeros((len(seen), len(TYPES)), np.float32)
    for row, (_, kind, confidence) in enumerate(seen):
        scores[row, TYPES.index(kind)] = confidence
    boxes = np.array([box for box, _, _ in seen], np.float32).reshape(-1, 4)
    return Detections(boxes, scores.max(axis=1, initial=0), tuple(kind for _, kind, _ in seen), scores)


def count(frames: Sequence[Sequence[Seen]], fps: float = FPS, zone: Zone = ZONE) -> list[ZoneEvent]:
    tracker, counter, events = Tracker(), ZoneCounter(zone), list[ZoneEvent]()
    for n, seen in enumerate(frames):
        tracked = tracker.update(detections(seen), n / fps)
        events += counter.observe(
            n / fps, [box.logged(WIDTH, HEIGHT).observation(Anchor.BOTTOM_CENTER) for box in tracked]
        )
    return [*events, *counter.finish(len(frames) / fps)]


def visits(events: Sequence[ZoneEvent]) -> list[Left]:
    return [event for event in events if isinstance(event, Left)]


def test_an_id_switch_at_a_stop_line_is_still_one_vehicle() -> None:
    # It brakes behind a lorry that hides it, and reappears where no tracker expects it.
    braking = [[car(50 + 16 * n)] for n in range(25)]
    hidden: list[list[Seen]] = [[]] * 15
    waiting = [[car(520, width=80, height=44)]] * 40
    going = [[car(520 + 12 * n)] for n in range(40)]
    [visit] = visits(count([*braking, *hidden, *waiting, *going]))
    assert visit.vehicle_id == 1
    assert visit.entered_at_s == pytest.approx(16 / FPS)
    assert visit.left_at_s == pytest.approx((25 + 15 + 40 + 15) / FPS)


def test_a_new_id_at_the_same_place_in_the_next_frame_is_still_one_vehicle() -> None:
    def seen(track_id: int) -> Observation:
        return Observation(track_id, (0.5, 0.6), (0.45, 0.5, 0.55, 0.6), VehicleType.CAR, 0.8)

    counter = ZoneCounter(ZONE)
    events = [event for n in range(100) for event in counter.observe(n / FPS, [seen(n // 20)])]
    assert [type(event) for event in events] == [Entered]
    assert [event.vehicle_id for event in visits(counter.finish(4.0))] == [1]


def test_flicker_at_the_border_is_one_visit_without_added_time() -> None:
    # It waits with its lower edge on the border (y = 450), where every other box ends a pixel further down.
    waiting = [[car(500, 449.5 + n % 2)] for n in range(100)]
    arriving, leaving = [[car(500, 300 + 4 * n)] for n in range(37)], [[car(500, 455 + n)] for n in range(40)]
    [visit] = visits(count([*arriving, *waiting, *leaving]))
    assert visit.visit_no == 1
    assert visit.left_at_s == pytest.approx((37 + 98) / FPS)


def test_flicker_of_a_vehicle_beside_the_zone_is_no_visit() -> None:
    passing = [[car(200 + 6 * n, 452 if n % 5 else 449)] for n in range(100)]
    assert count(passing) == []


@pytest.mark.parametrize("fps", [5.0, 8.0, 12.5, 25.0, 60.0])
def test_a_fast_vehicle_over_a_thin_zone_is_counted_once(fps: float) -> None:
    thin = Zone(polygon=((0.49, 0.0), (0.51, 0.0), (0.51, 1.0), (0.49, 1.0)))
    frames = [[car(60 + 590 * n / fps)] for n in range(round(1.4 * fps))]
    [visit] = visits(count(frames, fps, thin))
    assert 0.0 < visit.left_at_s - visit.entered_at_s < 0.2
    assert visit.entered_at_s == pytest.approx((490 - 60) / 590, abs=1e-3)


def test_an_unconfirmed_id_is_not_counted() -> None:
    # Reflections: a strong box for a single frame, now here, now there; and one that stays for two frames.
    frames: list[list[Seen]] = [[] for _ in range(100)]
    for n, x in [(3, 350), (17, 520), (31, 400), (45, 640), (60, 450), (61, 452), (80, 600)]:
        frames[n].append(car(x))
    assert count(frames) == []


def test_a_class_that_flips_is_one_vehicle_of_one_type() -> None:
    frames: list[list[Seen]] = []
    for n in range(100):
        box, _, _ = car(50 + 9 * n)
        frames.append([(box, VehicleType.TRUCK if n % 3 else VehicleType.CAR, 0.7)])
    events = count(frames)
    assert [(event.kind, event.vehicle_id) for event in events] == [("entered", 1), ("left", 1)]
    assert visits(events)[0].vehicle_type is VehicleType.TRUCK
