"""Tracker and zone rules together: the numbers against the ground truth.

Those of real clips are compared in `tests/test_real_clips.py`, with the whole program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from onwatch_contracts.values import Anchor, Left, VehicleType, Zone, ZoneEvent
from onwatch_counting.zones import ZoneCounter
from onwatch_detector.count.tracking import Tracker
from onwatch_detector.detections import TYPES, Detections
from onwatch_synthetic import ClipSpec, Scene
from onwatch_testkit.slow import some_of

Frame = tuple[float, Detections]


class Counting:
    """The tracker and the zone counter of a run."""

    def __init__(self, zone: Zone, anchor: Anchor, size: tuple[int, int]) -> None:
        self.anchor, self.size = anchor, size
        self.tracker, self.counter = Tracker(), ZoneCounter(zone)

    def step(self, timestamp_s: float, detections: Detections) -> tuple[ZoneEvent, ...]:
        tracked = self.tracker.update(detections, timestamp_s)
        return self.counter.observe(timestamp_s, [box.logged(*self.size).observation(self.anchor) for box in tracked])

    def resume(self) -> None:
        """Restore both from their checkpoint."""
        saved = json.loads(json.dumps({"tracker": self.tracker.snapshot(), "zone": self.counter.to_json()}))
        self.tracker = Tracker.restore(saved["tracker"])
        self.counter = ZoneCounter.from_json(saved["zone"], self.counter.zone)


def count(counting: Counting, frames: Sequence[Frame], resume_every: int | None = None) -> list[ZoneEvent]:
    events: list[ZoneEvent] = []
    for n, (timestamp_s, detections) in enumerate(frames):
        if resume_every and n % resume_every == 0:
            counting.resume()
        events += counting.step(timestamp_s, detections)
    return [*events, *counting.counter.finish(frames[-1][0])]


def visits(events: Sequence[ZoneEvent]) -> list[Left]:
    return sorted(
        (e for e in events if isinstance(e, Left)), key=lambda e: (e.entered_at_s, e.left_at_s, e.vehicle_type)
    )


class SyntheticTraffic:
    """The boxes of a scene: perfect, or with the faults of a real detector."""

    def __init__(self, spec: ClipSpec) -> None:
        self.scene, self.spec = Scene(spec), spec
        self.size = spec.width, spec.height

    def counting(self) -> Counting:
        return Counting(Zone(polygon=self.scene.default_roi), Anchor(self.scene.default_anchor), self.size)

    def frames(self, *, jitter: float = 0.0, missed: float = 0.0, hidden: float = 0.0) -> list[Frame]:
        """`jitter` in box sizes, `missed` share of all boxes; vehicles hidden by more than `hidden` have none."""
        random = np.random.default_rng(self.spec.seed)
        frames = []
        for n in range(self.scene.frame_count):
            shown = [b for b in self.scene.boxes(n) if b.visible_fraction >= hidden and random.random() >= missed]
            edges = np.array([(b.left, b.top, b.right, b.bottom) for b in shown]).reshape(-1, 4)
            sizes = np.tile(edges[:, 2:] - edges[:, :2], 2)
            boxes = np.clip(edges + random.normal(0, 1, edges.shape) * jitter * sizes, 0, self.size * 2)
            scores = np.zeros((len(shown), len(TYPES)), np.float32)
            for row, box in enumerate(shown):
                scores[row, TYPES.index(VehicleType(box.vehicle_type))] = 0.8
            kinds = tuple(VehicleType(box.vehicle_type) for box in shown)
            frames.append(
                (n / self.spec.fps, Detections(boxes.astype(np.float32), scores.max(1, initial=0), kinds, scores))
            )
        return frames


def clips() -> Iterator[ClipSpec]:
    for seed, fps, view, stop_line in (
        (6, 5.0, "oblique", False),
        (12, 12.5, "top_down", True),
        (13, 25.0, "oblique", True),
        (14, 30.0, "top_down", False),
    ):
        yield ClipSpec(seed=seed, fps=fps, view=view, stop_line=stop_line, duration_s=22.0)


def name_of(spec: ClipSpec) -> str:
    return f"{spec.view}-{spec.fps:g}fps-{'queue' if spec.stop_line else 'flow'}"


@pytest.fixture(scope="module", params=some_of(clips(), kept=2), ids=name_of)
def traffic(request: pytest.FixtureRequest) -> SyntheticTraffic:
    return SyntheticTraffic(request.param)


def test_perfect_boxes_give_the_ground_truth_to_the_frame(traffic: SyntheticTraffic) -> None:
    truth = traffic.scene.truth().vehicles
    counted = visits(count(traffic.counting(), traffic.frames()))
    assert len(truth) >= 4
    assert [(v.vehicle_type.value, v.entered_at_s, v.left_at_s) for v in counted] == [
        (v.vehicle_type, pytest.approx(v.entered_s), pytest.approx(v.left_s))
        for v in sorted(truth, key=lambda v: (v.entered_s, v.left_s, v.vehicle_type))
    ]
    assert {v.visit_no for v in counted} == {1}


def test_jitter_misses_and_hidden_vehicles_do_not_change_the_counts(traffic: SyntheticTraffic) -> None:
    truth = traffic.scene.truth()
    counted = visits(count(traffic.counting(), traffic.frames(jitter=0.02, missed=0.05, hidden=0.3)))
    kinds = [v.vehicle_type.value for v in counted if v.visit_no == 1]
    assert {kind: kinds.count(kind) for kind in truth.counts_by_type} == truth.counts_by_type
    mean_s = sum(v.left_at_s - v.entered_at_s for v in counted) / len(truth.vehicles)
    assert mean_s == pytest.approx(sum(v.dwell_s for v in truth.vehicles) / len(truth.vehicles), abs=2 / truth.fps)


def test_a_run_resumed_many_times_gives_the_same_events(traffic: SyntheticTraffic) -> None:
    frames = traffic.frames(jitter=0.05, missed=0.2)
    assert count(traffic.counting(), frames, resume_every=7) == count(traffic.counting(), frames)
