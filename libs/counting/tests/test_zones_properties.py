"""Invariants of the numbers, for any traffic and any detector faults."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.values import Entered, Left, VehicleType, Zone, ZoneEvent
from onwatch_counting.zones import Observation, ZoneCounter

ZONES = (
    Zone(),
    Zone(polygon=((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))),
    Zone(polygon=((0.0, 0.48), (1.0, 0.48), (1.0, 0.52), (0.0, 0.52))),  # thin
    Zone(polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.6, 0.8), (0.6, 0.4), (0.2, 0.4))),  # bent
)
FRAMES = 60
EXAMPLES = settings(max_examples=150)

Frames = list[list[Observation]]


@dataclass(frozen=True)
class Drive:
    """One vehicle: its path, with jitter, and the frames in which it is missed or its track breaks."""

    start: int
    frames: int
    way: tuple[float, float, float, float]
    jitter: float
    missed: frozenset[int]
    breaks: frozenset[int]
    kinds: tuple[VehicleType, ...]

    def observation(self, frame: int, number: int) -> Observation | None:
        step = frame - self.start
        if not 0 <= step < self.frames or step in self.missed:
            return None
        done = step / max(1, self.frames - 1)
        x0, y0, x1, y1 = self.way
        x = x0 + (x1 - x0) * done + self.jitter * math.sin(12.9898 * step)
        y = y0 + (y1 - y0) * done + self.jitter * math.sin(78.233 * step)
        track_id = number * 100 + sum(b <= step for b in self.breaks)
        kind = self.kinds[step % len(self.kinds)]
        return Observation(track_id, (x, y), (x - 0.05, y - 0.1, x + 0.05, y), kind, 0.3 + 0.1 * (step % 7))


fractions = st.integers(0, 100).map(lambda n: n / 100)
drives = st.builds(
    Drive,
    start=st.integers(0, FRAMES - 1),
    frames=st.integers(1, FRAMES),
    way=st.tuples(fractions, fractions, fractions, fractions),
    jitter=st.sampled_from([0.0, 0.01, 0.05]),
    missed=st.frozensets(st.integers(0, FRAMES), max_size=20),
    breaks=st.frozensets(st.integers(1, FRAMES), max_size=3),
    kinds=st.lists(st.sampled_from(VehicleType), min_size=1, max_size=3).map(tuple),
)
scenes = st.lists(drives, max_size=6).map(
    lambda traffic: [
        [seen for number, drive in enumerate(traffic, 1) if (seen := drive.observation(frame, number)) is not None]
        for frame in range(FRAMES)
    ]
)
zones = st.sampled_from(ZONES)
rates = st.sampled_from([5.0, 10.0, 25.0, 59.94])


@dataclass
class Ledger:
    """Applies events, and fails on impossible ones."""

    def __post_init__(self) -> None:
        self.open: dict[int, Entered] = {}
        self.visits: Counter[int] = Counter()
        self.types: dict[int, VehicleType] = {}
        self.final: dict[int, VehicleType] = {}

    def book(self, event: ZoneEvent, now_s: float) -> None:
        if isinstance(event, Entered):
            self._enter(event, now_s)
        else:
            self._leave(event, now_s)
        assert 0 <= len(self.open) <= len(self.visits)
        assert sum(Counter(self.types.values()).values()) == len(self.visits)

    def _enter(self, event: Entered, now_s: float) -> None:
        assert event.vehicle_id not in self.open
        assert event.vehicle_id == len(self.visits) + 1 or event.vehicle_id in self.visits
        self.visits[event.vehicle_id] += 1
        assert event.visit_no == self.visits[event.vehicle_id]
        assert event.entered_at_s <= now_s
        assert event.vehicle_type == self.final.get(event.vehicle_id, event.vehicle_type)
        self.open[event.vehicle_id] = event
        self.types[event.vehicle_id] = event.vehicle_type

    def _leave(self, event: Left, now_s: float) -> None:
        began = self.open.pop(event.vehicle_id)
        assert (event.visit_no, event.entered_at_s) == (began.visit_no, began.entered_at_s)
        assert event.entered_at_s <= event.left_at_s <= now_s
        assert self.final.setdefault(event.vehicle_id, event.vehicle_type) == event.vehicle_type
        self.types[event.vehicle_id] = event.vehicle_type


def run(counter: ZoneCounter, frames: Frames, fps: float, start: int = 0) -> list[ZoneEvent]:
    events = [event for n, frame in enumerate(frames[start:], start) for event in counter.observe(n / fps, frame)]
    return [*events, *counter.finish(len(frames) / fps)]


def through_json(counter: ZoneCounter) -> ZoneCounter:
    return ZoneCounter.from_json(json.loads(json.dumps(counter.to_json())), counter.zone)


@EXAMPLES
@given(scenes, zones, rates)
def test_current_total_dwell_and_types_always_agree(frames: Frames, zone: Zone, fps: float) -> None:
    counter, ledger = ZoneCounter(zone), Ledger()
    for n, frame in enumerate(frames):
        for event in counter.observe(n / fps, frame):
            ledger.book(event, n / fps)
        assert counter.current_vehicle_ids == tuple(sorted(ledger.open))
    for event in counter.finish(len(frames) / fps):
        ledger.book(event, len(frames) / fps)
    assert ledger.open == {}


@EXAMPLES
@given(scenes, zones, rates, st.lists(st.integers(0, FRAMES), max_size=5))
def test_resumed_anywhere_and_any_number_of_times_the_events_are_the_same(
    frames: Frames, zone: Zone, fps: float, cuts: Sequence[int]
) -> None:
    undisturbed = run(ZoneCounter(zone), frames, fps)
    counter, events = ZoneCounter(zone), list[ZoneEvent]()
    for n, frame in enumerate(frames):
        if n in cuts:
            counter = through_json(counter)
        events += counter.observe(n / fps, frame)
    assert [*events, *through_json(counter).finish(len(frames) / fps)] == undisturbed


@EXAMPLES
@given(scenes, zones, rates, st.randoms(use_true_random=False))
def test_the_order_of_detections_in_a_frame_does_not_matter(
    frames: Frames, zone: Zone, fps: float, random: object
) -> None:
    shuffled = [random.sample(frame, len(frame)) for frame in frames]  # type: ignore[attr-defined]
    assert run(ZoneCounter(zone), shuffled, fps) == run(ZoneCounter(zone), frames, fps)


@EXAMPLES
@given(scenes, zones)
def test_no_vehicle_is_counted_on_a_single_detection(frames: Frames, zone: Zone) -> None:
    alone = [[seen for seen in frame if n % 20 == seen.track_id % 20] for n, frame in enumerate(frames)]
    assert run(ZoneCounter(zone), alone, 10.0) == []
