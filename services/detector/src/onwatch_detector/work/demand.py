"""The demand for one video, as published by its sources. Pure rules, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Demand:
    """The newest demand of one source."""

    viewers: int
    expires_at_s: float
    """On the worker's own monotonic clock."""


@dataclass
class DemandLedger:
    """The demand for one video by source. Times are seconds of one monotonic clock."""

    linger_s: float
    _by_source: dict[str, Demand] = field(default_factory=dict)
    _last_wanted_at_s: float = 0.0

    def wanted(self, source_id: str, *, viewers: int, lifetime_s: float, now_s: float) -> None:
        """Record that a source wants the video for `lifetime_s` more; a lifetime needs no synchronised clocks."""
        self._by_source[source_id] = Demand(viewers, now_s + lifetime_s)
        self._note(now_s)

    def released(self, source_id: str, now_s: float) -> None:
        self._note(now_s)
        self._by_source.pop(source_id, None)

    def is_over(self, now_s: float) -> bool:
        """No source has wanted the video for `linger_s`."""
        self._note(now_s)
        return not self._live(now_s) and now_s - self._last_wanted_at_s >= self.linger_s

    def viewers(self, now_s: float) -> int:
        """Viewers of all sources; without any, no frames are sent."""
        return sum(demand.viewers for demand in self._live(now_s))

    def is_unpaced(self, now_s: float) -> bool:
        """Only an analysis wants it: no pace to keep. While the run lingers, the pace of the last viewers is kept."""
        live = self._live(now_s)
        return bool(live) and not any(demand.viewers for demand in live)

    def _live(self, now_s: float) -> list[Demand]:
        return [demand for demand in self._by_source.values() if demand.expires_at_s > now_s]

    def _note(self, now_s: float) -> None:
        """Record the newest time at which a source wanted the video."""
        ends = [min(demand.expires_at_s, now_s) for demand in self._by_source.values()]
        self._last_wanted_at_s = max([self._last_wanted_at_s, *ends])
