"""The demand for one video, as published by its sources. Pure rules, no I/O."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from onwatch_contracts.frame_formats import DEFAULT_FORMAT, JPEG, VIDEO_CODECS, FrameFormat, WantedFrames

UNASKED_FPS = 1.0
"""Frames in the default format that nobody asked for. A gateway of an earlier release asks for nothing, nor does it say
that it has viewers who have not pressed Start: they get so many while others watch the video through newer gateways."""


@dataclass(frozen=True)
class Demand:
    """The newest demand of one source."""

    viewers: int
    expires_at_s: float
    """On the worker's own monotonic clock."""


@dataclass(frozen=True)
class FrameDemand:
    """The newest frames that one source asked for."""

    formats: Sequence[WantedFrames]
    expires_at_s: float


@dataclass
class DemandLedger:
    """The demand for one video by source. Times are seconds of one monotonic clock."""

    linger_s: float
    _by_source: dict[str, Demand] = field(default_factory=dict)
    _frames_by_source: dict[str, FrameDemand] = field(default_factory=dict)
    _last_wanted_at_s: float = 0.0

    def wanted(self, source_id: str, *, viewers: int, lifetime_s: float, now_s: float) -> None:
        """Record that a source wants the video for `lifetime_s` more; a lifetime needs no synchronised clocks."""
        self._by_source[source_id] = Demand(viewers, now_s + lifetime_s)
        self._note(now_s)

    def released(self, source_id: str, now_s: float) -> None:
        self._note(now_s)
        self._by_source.pop(source_id, None)

    def frames_wanted(
        self, source_id: str, formats: Sequence[WantedFrames], *, lifetime_s: float, now_s: float
    ) -> None:
        """Record which frames a source's viewers can show, for `lifetime_s` more. This is no demand."""
        self._frames_by_source[source_id] = FrameDemand(formats, now_s + lifetime_s)

    def is_over(self, now_s: float) -> bool:
        """No source has wanted the video for `linger_s`."""
        self._note(now_s)
        return not self._live(now_s) and now_s - self._last_wanted_at_s >= self.linger_s

    def viewers(self, now_s: float) -> int:
        """Viewers of all sources; without any, no frames are sent."""
        return sum(demand.viewers for demand in self._live(now_s))

    def frame_formats(self, now_s: float) -> Mapping[FrameFormat, float]:
        """The formats to make, with the most frames per second of each; none without viewers.

        A source that asks for a codec of a later release gets the default format.
        """
        if not self.viewers(now_s):
            return {}
        asking = {
            source: each
            for source, each in self._frames_by_source.items()
            if each.expires_at_s > now_s and all(wanted.codec in (JPEG, *VIDEO_CODECS) for wanted in each.formats)
        }
        fps = {DEFAULT_FORMAT: math.inf if self._has_viewers_beside(asking, now_s) else UNASKED_FPS}
        for wanted in (each for demand in asking.values() for each in demand.formats):
            limit = math.inf if wanted.max_fps is None else wanted.max_fps
            fps[wanted.format] = max(limit, fps.get(wanted.format, 0.0))
        return fps

    def is_unpaced(self, now_s: float) -> bool:
        """Only an analysis wants it: no pace to keep. While the run lingers, the pace of the last viewers is kept."""
        live = self._live(now_s)
        return bool(live) and not any(demand.viewers for demand in live)

    def _has_viewers_beside(self, asking: Mapping[str, FrameDemand], now_s: float) -> bool:
        """Whether a source has viewers, but asks for no format."""
        live = self._live_sources(now_s)
        return any(demand.viewers and source not in asking for source, demand in live)

    def _live(self, now_s: float) -> list[Demand]:
        return [demand for _, demand in self._live_sources(now_s)]

    def _live_sources(self, now_s: float) -> Iterator[tuple[str, Demand]]:
        return ((source, demand) for source, demand in self._by_source.items() if demand.expires_at_s > now_s)

    def _note(self, now_s: float) -> None:
        """Record the newest time at which a source wanted the video."""
        ends = [min(demand.expires_at_s, now_s) for demand in self._by_source.values()]
        self._last_wanted_at_s = max([self._last_wanted_at_s, *ends])
