"""The videos that any source demands, each counted once. Pure rules, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

PEAK_WINDOW_S = 120.0
"""A page without a picture withdraws its demand after 3 s. This is longer than metrics wait to be read."""


@dataclass
class DemandLedger:
    """Demand by video and source. Times are seconds of one monotonic clock."""

    _ends_s: dict[tuple[str, str], float] = field(default_factory=dict)
    """When the demand of (video, source) expires."""
    _slots: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Of each detector, and when it is gone unless it is heard again."""
    _counts: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    """(from when on, videos demanded), the newest last; the first one may begin before the window."""

    def wanted(self, video_id: str, source_id: str, *, lifetime_s: float, now_s: float) -> None:
        self._expire(now_s)
        self._ends_s[video_id, source_id] = now_s + lifetime_s
        self._note(now_s)

    def released(self, video_id: str, source_id: str, now_s: float) -> None:
        self._expire(now_s)
        self._ends_s.pop((video_id, source_id), None)
        self._note(now_s)

    def slots_of(self, detector_id: str, slots: int, *, lifetime_s: float, now_s: float) -> None:
        self._slots[detector_id] = (slots, now_s + lifetime_s)

    def slots(self, now_s: float) -> int:
        """Of all detectors."""
        self._slots = {detector: (slots, end_s) for detector, (slots, end_s) in self._slots.items() if end_s > now_s}
        return sum(slots for slots, _ in self._slots.values())

    def videos_besides(self, source_id: str, now_s: float) -> int:
        """How many are demanded now by others than this source."""
        self._expire(now_s)
        return len({video_id for video_id, source in self._ends_s if source != source_id})

    def videos(self, now_s: float) -> int:
        """How many are demanded now."""
        self._expire(now_s)
        return self._counts[-1][1]

    def peak(self, now_s: float) -> int:
        """The most that were demanded at one time within the last `PEAK_WINDOW_S`."""
        self._expire(now_s)
        return max(count for _, count in self._counts)

    def _expire(self, now_s: float) -> None:
        """Note each end at its own time, and forget what is older than the window."""
        for key, end_s in sorted(self._ends_s.items(), key=lambda item: item[1]):
            if end_s <= now_s:
                del self._ends_s[key]
                self._note(end_s)
        while len(self._counts) > 1 and self._counts[1][0] <= now_s - PEAK_WINDOW_S:
            del self._counts[0]

    def _note(self, since_s: float) -> None:
        count = len({video_id for video_id, _ in self._ends_s})
        if count != self._counts[-1][1]:
            self._counts.append((since_s, count))
