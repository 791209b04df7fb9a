"""A clip as ground-truth boxes per frame, without pictures, and its true visits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .geometry import Floats
from .layout import Polygon, inside
from .scene import Scene
from .spec import Anchor, ClipSpec, VehicleType
from .truth import MIN_INSIDE_S, TruthBox, anchors_of

EXIT_GRACE_S = 0.5  # outside for less is not a departure
Boxes = tuple[TruthBox, ...]


@dataclass(frozen=True)
class Visit:
    """A vehicle's stay in the zone: first and last time inside, in seconds of video time."""

    vehicle_id: int
    vehicle_type: VehicleType
    entered_s: float
    left_s: float

    @property
    def dwell_s(self) -> float:
        """Dwell time."""
        return self.left_s - self.entered_s


@dataclass(frozen=True)
class Recording:
    """A clip as boxes. `frames[n]` are the boxes at `timestamps_s[n]`, far to near."""

    name: str
    size: tuple[int, int]
    roi: Polygon
    anchor: Anchor
    timestamps_s: tuple[float, ...]
    frames: tuple[Boxes, ...]
    visits: tuple[Visit, ...]

    @property
    def total(self) -> int:
        """How many vehicles were in the zone."""
        return len({visit.vehicle_id for visit in self.visits})

    @property
    def frame_interval_s(self) -> float:
        """The longest time between two frames."""
        return float(np.max(np.diff(self.timestamps_s)))

    def inside(self, box: TruthBox) -> bool:
        """Whether the box's anchor is in the zone, border included."""
        return bool(inside(_anchors([box], self.anchor), _in_pixels(self.roi, self.size))[0])


def record_scene(name: str, spec: ClipSpec, frame_numbers: Sequence[int] | None = None) -> Recording:
    """A rendered scene without pictures; with `frame_numbers` only these frames, each at its own time."""
    scene = Scene(spec)
    numbers = range(scene.frame_count) if frame_numbers is None else frame_numbers
    times = tuple((n - numbers[0]) / spec.fps for n in numbers)
    frames = tuple(scene.boxes(n) for n in numbers)
    recording = Recording(name, (spec.width, spec.height), scene.default_roi, scene.default_anchor, times, frames, ())
    return replace(recording, visits=sampled_visits(recording))


def sampled_visits(recording: Recording) -> tuple[Visit, ...]:
    """Visits from the first to the last frame inside; absences below `EXIT_GRACE_S` do not split them."""
    found = [visit for seen in sightings(recording).values() for visit in _visits(recording, *seen)]
    return tuple(sorted(found, key=lambda visit: (visit.entered_s, visit.vehicle_id)))


def sightings(recording: Recording) -> dict[int, tuple[Floats, tuple[TruthBox, ...]]]:
    """Per vehicle: the times at which it is in the picture, and its boxes."""
    shown: dict[int, list[tuple[float, TruthBox]]] = {}
    for time_s, boxes in zip(recording.timestamps_s, recording.frames, strict=True):
        for box in boxes:
            shown.setdefault(box.vehicle_id, []).append((time_s, box))
    return {number: (np.array([t for t, _ in seen]), tuple(b for _, b in seen)) for number, seen in shown.items()}


def _visits(recording: Recording, times: Floats, boxes: Sequence[TruthBox]) -> Iterator[Visit]:
    flags = inside(_anchors(boxes, recording.anchor), _in_pixels(recording.roi, recording.size))
    for first, last in _stays(times, [int(n) for n in np.flatnonzero(flags)]):
        if last > first and times[last] - times[first] >= MIN_INSIDE_S - 1e-9:
            yield Visit(boxes[0].vehicle_id, boxes[0].vehicle_type, float(times[first]), float(times[last]))


def _stays(times: Floats, within: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last index of each stay. It is over when the vehicle is outside for the whole grace."""
    if not within:
        return
    gone = [i for i in range(len(within) - 1) if _is_departure(times, within[i], within[i + 1])]
    starts, ends = [0, *(i + 1 for i in gone)], [*gone, len(within) - 1]
    yield from ((within[a], within[b]) for a, b in zip(starts, ends, strict=True))


def _is_departure(times: Floats, before: int, after: int) -> bool:
    return after > before + 1 and times[after - 1] - times[before + 1] >= EXIT_GRACE_S - 1e-9


def _anchors(boxes: Sequence[TruthBox], anchor: Anchor) -> Floats:
    return anchors_of(np.array([(b.left, b.top, b.right, b.bottom) for b in boxes]), anchor)


def _in_pixels(roi: Polygon, size: tuple[int, int]) -> Floats:
    return np.array(roi) * np.array(size, dtype=np.float64)
