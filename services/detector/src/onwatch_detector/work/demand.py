"""Who wants a video processed, as far as the worker that runs it has heard. Rules only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wish:
    """What one source of demand last said."""

    viewers: int
    expires_at_s: float
    """On the worker's own monotonic clock."""


@dataclass
class DemandLedger:
    """The demand for one video. Times are seconds of one monotonic clock."""

    linger_s: float
    _wishes: dict[str, Wish] = field(default_factory=dict)
    _last_wanted_at_s: float = 0.0

    def wanted(self, source_id: str, *, viewers: int, lifetime_s: float, now_s: float) -> None:
        """A source wants the video for `lifetime_s` more: a lifetime, so that clocks of machines need not agree."""
        self._wishes[source_id] = Wish(viewers, now_s + lifetime_s)
        self._note(now_s)

    def released(self, source_id: str, now_s: float) -> None:
        self._note(now_s)
        self._wishes.pop(source_id, None)

    def is_over(self, now_s: float) -> bool:
        """No source has wanted the video for `linger_s`."""
        self._note(now_s)
        return not self._alive(now_s) and now_s - self._last_wanted_at_s >= self.linger_s

    def viewers(self, now_s: float) -> int:
        """Living viewers over all sources: nobody watching means no frames to send."""
        return sum(wish.viewers for wish in self._alive(now_s))

    def is_unpaced(self, now_s: float) -> bool:
        """Only an analysis wants it: no pace to keep. While it lingers, the pace of the last viewers is kept."""
        alive = self._alive(now_s)
        return bool(alive) and not any(wish.viewers for wish in alive)

    def _alive(self, now_s: float) -> list[Wish]:
        return [wish for wish in self._wishes.values() if wish.expires_at_s > now_s]

    def _note(self, now_s: float) -> None:
        """Remember the last moment at which somebody wanted the video."""
        ends = [min(wish.expires_at_s, now_s) for wish in self._wishes.values()]
        self._last_wanted_at_s = max([self._last_wanted_at_s, *ends])
