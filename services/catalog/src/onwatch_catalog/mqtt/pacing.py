"""When a video may be published: at most once per interval, the newest values, and always the last ones. Pure rules."""

from __future__ import annotations


class Pacing:
    """Videos with changes, each with the time at which it is due. Times are monotonic seconds."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._due: dict[str, float] = {}
        self._taken: dict[str, float] = {}
        """Within the last interval."""

    def mark(self, video_id: str, now_s: float, delay_s: float = 0.0) -> None:
        """The video has changed, or will have after a delay."""
        at = max(now_s + delay_s, self._taken.get(video_id, -self._interval_s) + self._interval_s)
        self._due[video_id] = min(at, self._due.get(video_id, at))

    def take(self, now_s: float) -> list[str]:
        """The videos that are due; what changes from now on is due an interval later."""
        self._taken = {video_id: at for video_id, at in self._taken.items() if now_s - at < self._interval_s}
        return self._take([video_id for video_id, at in self._due.items() if at <= now_s], now_s)

    def take_all(self, now_s: float) -> list[str]:
        """All videos with changes, whether they are due or not."""
        return self._take(list(self._due), now_s)

    def wait_s(self, now_s: float, longest_s: float) -> float:
        """Until the next one is due, but at most `longest_s`."""
        return min(max(0.0, min(self._due.values(), default=now_s + longest_s) - now_s), longest_s)

    def _take(self, video_ids: list[str], now_s: float) -> list[str]:
        for video_id in video_ids:
            del self._due[video_id]
            self._taken[video_id] = now_s
        return video_ids
