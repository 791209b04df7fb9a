"""A scene: frames and truth of one clip, both from the same geometry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key, lru_cache

import cv2
import numpy as np

from .background import make_background, without_cover
from .clarity import is_clear
from .crossing import between_frames
from .geometry import Floats, Image
from .layout import Polygon, make_layout
from .lighting import Lights, make_sun
from .outlines import MASK_SCALE, outline_mask, visible_fractions
from .painter import Body, BodyView, paint
from .spec import Anchor, ClipSpec
from .traffic import Trip, make_trips
from .truth import Track, Truth, TruthBox, truth_of
from .weather import Weather

SMALLEST_PX = 1.0  # a box thinner than this is not a box


@dataclass(frozen=True)
class _Actor:
    """A vehicle of the scene."""

    vehicle_id: int
    trip: Trip
    body: Body


class Scene:
    """The scene of one clip. Frames are available in any order; the same spec always gives the same frames."""

    def __init__(self, spec: ClipSpec) -> None:
        self.spec = spec
        streams = np.random.SeedSequence(spec.seed).spawn(5)
        layout_rng, traffic_rng, ground_rng, light_rng, air_rng = (np.random.default_rng(s) for s in streams)
        self._layout = make_layout(spec, layout_rng)
        self._sun = make_sun(spec, light_rng)
        background = make_background(spec, self._layout, self._sun, ground_rng)
        self._background = without_cover(background, self._layout.roi) if spec.clear else background
        self._lights = Lights(spec, self._layout, self._sun, light_rng)
        self._weather = Weather(spec, air_rng)
        self._size = (spec.width, spec.height)
        self._views_at = lru_cache(maxsize=4)(self._views)
        self._actors = self._cast(make_trips(spec, self._layout, traffic_rng))
        self._tracks = {a.vehicle_id: self._track(a) for a in self._actors}
        if spec.clear:
            self._clear()

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return self.spec.frame_count

    @property
    def default_roi(self) -> Polygon:
        """A zone that every vehicle crosses cleanly, normalised 0..1."""
        return self._layout.roi

    @property
    def default_anchor(self) -> Anchor:
        """The anchor that suits the view."""
        return self._layout.anchor

    def frames(self) -> Iterator[Image]:
        """Every frame in order, (height, width, 3) BGR."""
        for number in range(self.frame_count):
            yield self.frame(number)

    def frame(self, frame_number: int) -> Image:
        """One frame, (height, width, 3) BGR; raises IndexError outside the clip."""
        self._check(frame_number)
        views = [view for _, view in self._views_at(frame_number)]
        picture: Image = self._background.picture.copy()
        self._lights.shade(picture, views)
        for view in views:
            paint(picture, view)
        self._cover(picture)
        return self._weather.apply(self._lights.apply(picture, views), frame_number)

    def boxes(self, frame_number: int) -> tuple[TruthBox, ...]:
        """The boxes of all vehicles in the picture, near ones last; raises IndexError outside the clip."""
        self._check(frame_number)
        views = self._views_at(frame_number)
        seen = self._visible_fractions(views)
        return tuple(
            TruthBox(actor.vehicle_id, actor.trip.vehicle_type, *box, seen[actor.vehicle_id])
            for actor, view in views
            if (box := self._cut(view)) is not None
        )

    def truth(self, roi: Sequence[Sequence[float]] | None = None, anchor: Anchor | None = None) -> Truth:
        """What a perfect counter reports for the zone (normalised; the default one if None)."""
        chosen = tuple((float(p[0]), float(p[1])) for p in (self.default_roi if roi is None else roi))
        spec = self.spec
        return truth_of(self._tracks, chosen, anchor or self.default_anchor, spec.fps, self.frame_count, self._size)

    def trips(self) -> list[Trip]:
        """All trips; `y` is NaN outside the visible stretch of road."""
        near, far = self._layout.y_min, self._layout.y_max
        ways = (actor.trip for actor in self._actors)
        return [replace(way, y=np.where((way.y > near) & (way.y < far), way.y, np.nan)) for way in ways]

    def track(self, vehicle_id: int) -> Track:
        """One vehicle's box in every frame; raises KeyError for a vehicle that is not in the scene."""
        return self._tracks[vehicle_id]

    def _check(self, frame_number: int) -> None:
        if not 0 <= frame_number < self.frame_count:
            raise IndexError(f"frame {frame_number} of a clip with {self.frame_count} frames")

    def _cast(self, trips: list[Trip]) -> list[_Actor]:
        return [_Actor(i + 1, t, Body(t.specimen.mesh, t.lane.heading, self._sun)) for i, t in enumerate(trips)]

    def _view(self, actor: _Actor, frame_number: int) -> BodyView | None:
        trip = actor.trip
        y = float(trip.y[frame_number])
        if not self._layout.y_min < y < self._layout.y_max:
            return None
        view = actor.body.view(self._layout.camera, float(trip.x[frame_number]), y)
        return view if len(view.pixels) else None

    def _views(self, frame_number: int) -> list[tuple[_Actor, BodyView]]:
        """The vehicles in the picture, far to near."""
        views = [(actor, view) for actor in self._actors if (view := self._view(actor, frame_number)) is not None]
        shown = [(actor, view) for actor, view in views if self._cut(view) is not None]

        def nearer(a: tuple[_Actor, BodyView], b: tuple[_Actor, BodyView]) -> int:
            return self._nearer(a[0], b[0], frame_number)

        return sorted(shown, key=cmp_to_key(nearer))

    def _nearer(self, a: _Actor, b: _Actor, frame_number: int) -> int:
        """Positive when `a` has to be painted after `b`: nearer along the road, or beside it and nearer across."""
        camera = self._layout.camera.position
        ya, yb = (float(k.trip.y[frame_number]) for k in (a, b))
        apart = abs(ya - yb) >= (a.trip.specimen.length_m + b.trip.specimen.length_m) / 2
        if apart:
            return 1 if abs(ya - camera[1]) < abs(yb - camera[1]) else -1
        return 1 if abs(a.trip.lane.x - camera[0]) < abs(b.trip.lane.x - camera[0]) else -1

    def _cut(self, view: BodyView) -> tuple[float, float, float, float] | None:
        width, height = self._size
        left, top, right, bottom = view.extent
        left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height))
        return (left, top, right, bottom) if min(right - left, bottom - top) >= SMALLEST_PX else None

    def _track(self, actor: _Actor) -> Track:
        boxes = np.full((self.frame_count, 4), np.nan)
        for number in range(self.frame_count):
            view = self._view(actor, number)
            box = self._cut(view) if view is not None else None
            if box is not None:
                boxes[number] = box
        return Track(actor.vehicle_id, actor.trip.vehicle_type, boxes)

    def _clear(self) -> None:
        """Retime vehicles to cross the border between frames, see `crossing`; drop ambiguous ones, see `clarity`."""
        self._actors = self._cast([self._retimed(actor) for actor in self._actors])
        self._views_at.cache_clear()
        self._tracks = {a.vehicle_id: self._track(a) for a in self._actors}
        seen = self._visible_over_time()
        clear = [
            a for a in self._actors if is_clear(self._tracks[a.vehicle_id], seen[a.vehicle_id], self.spec, self._layout)
        ]
        self._actors = clear
        self._views_at.cache_clear()
        self._tracks = {a.vehicle_id: self._tracks[a.vehicle_id] for a in clear}

    def _retimed(self, actor: _Actor) -> Trip:
        queues = self.spec.stop_line and actor.trip.lane.heading == self._layout.lanes[0].heading
        track = self._tracks[actor.vehicle_id]
        return between_frames(actor.trip, track, self.spec, self._layout, steady=not queues)

    def _visible_over_time(self) -> dict[int, Floats]:
        """Per vehicle the visible fraction in every second frame, NaN in the others."""
        seen: dict[int, Floats] = {a.vehicle_id: np.full(self.frame_count, np.nan) for a in self._actors}
        for number in range(0, self.frame_count, 2):
            for vehicle_id, fraction in self._visible_fractions(self._views(number)).items():
                seen[vehicle_id][number] = fraction
        return seen

    def _visible_fractions(self, views: list[tuple[_Actor, BodyView]]) -> dict[int, float]:
        outlines = [view.hull for _, view in views]
        mask = outline_mask(outlines, self._size)
        front = self._background.foreground
        if front is not None:
            part = mask[front.top // MASK_SCALE :, front.left // MASK_SCALE :]
            solid = front.solid[::MASK_SCALE, ::MASK_SCALE]
            h, w = min(part.shape[0], solid.shape[0]), min(part.shape[1], solid.shape[1])
            part[:h, :w][solid[:h, :w] > 0] = 0
        fractions = visible_fractions(mask, outlines)
        return {actor.vehicle_id: fraction for (actor, _), fraction in zip(views, fractions, strict=True)}

    def _cover(self, picture: Image) -> None:
        front = self._background.foreground
        if front is None:
            return
        height, width = front.solid.shape
        part = picture[front.top : front.top + height, front.left : front.left + width]
        cv2.multiply(part, front.rest, part, 1 / 255)
        cv2.add(part, front.colour, part)
