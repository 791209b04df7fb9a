"""Scripted traffic: boxes on the ground that follow given courses, seen by a camera."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from .course import Course, GroundPoint
from .geometry import Camera, Floats
from .layout import Polygon
from .outlines import outline_mask, visible_fractions
from .recording import Boxes, Recording, Visit, sampled_visits
from .spec import Anchor, VehicleType
from .truth import MIN_INSIDE_S, TruthBox
from .vehicles import make_specimen

NEAREST_M = 1.5  # a box with a corner nearer to the lens is not shown
SMALLEST_PX = 4.0  # a box thinner than this is not shown
STEP_S = 0.002  # sampling of short visits


@dataclass(frozen=True)
class Player:
    """A scripted vehicle. `hidden` are stretches of seconds in which something covers it."""

    vehicle_type: VehicleType
    course: Course
    size_m: tuple[float, float, float]  # length, width, height
    hidden: tuple[tuple[float, float], ...] = ()

    def corners(self, time_s: float) -> Floats | None:
        """Its eight corners, (8, 3) metres; None outside of its time."""
        if (where := self.course.at(time_s)) is None:
            return None
        x, y, heading = where
        length, width, height = self.size_m
        ahead, aside = np.array([np.cos(heading), np.sin(heading)]), np.array([-np.sin(heading), np.cos(heading)])
        plan = [(x, y) + ahead * a * length / 2 + aside * b * width / 2 for a in (-1, 1) for b in (-1, 1)]
        return np.array([(*point, z) for z in (0.0, height) for point in plan])

    def is_hidden(self, time_s: float) -> bool:
        """Whether something hides it at this time."""
        return any(begin <= time_s < end for begin, end in self.hidden)


def player(vehicle_type: VehicleType, course: Course, seed: int, **more: tuple[tuple[float, float], ...]) -> Player:
    """A vehicle of a size that is usual for its type."""
    specimen = make_specimen(vehicle_type, np.random.default_rng(seed))
    return Player(vehicle_type, course, (specimen.length_m, specimen.width_m, specimen.height_m), **more)


@dataclass(frozen=True)
class Stage:
    """A camera, a zone and its vehicles, which are numbered from 1 in the given order."""

    camera: Camera
    roi: Polygon
    players: tuple[Player, ...]
    anchor: Anchor = "bottom_center"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.camera.width, self.camera.height

    def boxes_at(self, time_s: float) -> Boxes:
        """Who is in the picture, far to near."""
        seen = sorted(self._seen_at(time_s), key=lambda one: -one[0])
        outlines = [outline for _, _, outline in seen]
        fractions = visible_fractions(outline_mask(outlines, self.size), outlines)
        return tuple(
            self._box(number, box, 0.0 if self.players[number].is_hidden(time_s) else fraction)
            for (_, (number, box), _), fraction in zip(seen, fractions, strict=True)
        )

    def record(self, name: str, timestamps_s: Sequence[float]) -> Recording:
        """The recording at these times, with its truth."""
        frames = tuple(self.boxes_at(time_s) for time_s in timestamps_s)
        recording = Recording(name, self.size, self.roi, self.anchor, tuple(timestamps_s), frames, ())
        sampled = sampled_visits(recording)
        short = self._short_visits(recording, {visit.vehicle_id for visit in sampled})
        return replace(recording, visits=tuple(sorted((*sampled, *short), key=lambda v: (v.entered_s, v.vehicle_id))))

    def _short_visits(self, recording: Recording, known: set[int]) -> Iterator[Visit]:
        """Visits between two frames, which no frame shows, from border to border of the zone."""
        for number, one in enumerate(self.players):
            if number + 1 not in known:
                yield from self._passage(recording, number, one)

    def _passage(self, recording: Recording, number: int, one: Player) -> Iterator[Visit]:
        first, last = recording.timestamps_s[0], recording.timestamps_s[-1]
        inside = [t for t in np.arange(first, last, STEP_S) if self._is_inside(recording, number, float(t))]
        if inside and 0 < inside[-1] - inside[0] < MIN_INSIDE_S + recording.frame_interval_s:
            yield Visit(number + 1, one.vehicle_type, float(inside[0]), float(inside[-1]))

    def _is_inside(self, recording: Recording, number: int, time_s: float) -> bool:
        shown = self._shown(number, time_s)
        return shown is not None and recording.inside(self._box(number, shown[1], 1.0))

    def _seen_at(self, time_s: float) -> Iterator[tuple[float, tuple[int, Floats], Floats]]:
        """Distance, number and box, outline."""
        for number in range(len(self.players)):
            if (shown := self._shown(number, time_s)) is not None:
                distance, box, outline = shown
                yield distance, (number, box), outline

    def _shown(self, number: int, time_s: float) -> tuple[float, Floats, Floats] | None:
        corners = self.players[number].corners(time_s)
        if corners is None or (depths := self.camera.to_camera(corners)[:, 2]).min() < NEAREST_M:
            return None
        pixels = self.camera.project(corners)
        box = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
        box = np.clip(box, 0.0, [*self.size, *self.size])
        if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_PX:
            return None
        return float(depths.mean()), box, cv2.convexHull(pixels.astype(np.float32))[:, 0, :].astype(np.float64)

    def _box(self, number: int, box: Floats, fraction: float) -> TruthBox:
        left, top, right, bottom = (float(edge) for edge in box)
        return TruthBox(number + 1, self.players[number].vehicle_type, left, top, right, bottom, fraction)


def ground_zone(camera: Camera, corners: Sequence[GroundPoint]) -> Polygon:
    """A zone with these corners on the ground, as fractions of the picture, cut to it."""
    pixels = camera.project(np.array([(x, y, 0.0) for x, y in corners]))
    return tuple(
        (round(float(np.clip(u / camera.width, 0, 1)), 4), round(float(np.clip(v / camera.height, 0, 1)), 4))
        for u, v in pixels
    )
