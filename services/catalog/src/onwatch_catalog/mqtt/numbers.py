"""The newest numbers of each video, as the bus tells them. Kept in memory, and only the newest."""

from __future__ import annotations

from dataclasses import dataclass, field

from onwatch_contracts.messages import CountsCommittedV1, MetricsCommittedV1, VideoPersistedV1
from onwatch_contracts.site import SiteCounts
from onwatch_contracts.values import Totals

STARTING_S = 3.0  # a worker that prepares a run says so every second


@dataclass
class VideoNumbers:
    """The numbers of the newest batch of a video."""

    run_id: str | None = None
    totals: Totals | None = None
    totals_at: tuple[int, int] = (0, 0)
    """Epoch and batch."""
    counts: SiteCounts | None = None
    counts_at: tuple[int, int] = (0, 0)
    starting_until_s: float = 0.0


@dataclass
class LiveNumbers:
    """Messages may be late or repeated: an older batch changes nothing."""

    _videos: dict[str, VideoNumbers] = field(default_factory=dict)

    def of(self, video_id: str) -> VideoNumbers:
        return self._videos.get(video_id, VideoNumbers())

    def forget(self, video_id: str) -> None:
        self._videos.pop(video_id, None)

    def on_metrics(self, message: MetricsCommittedV1) -> None:
        numbers, at = self._known(message.video_id), (message.epoch, message.batch_no)
        if at > numbers.totals_at:
            numbers.run_id, numbers.totals, numbers.totals_at = message.run_id, message.totals, at

    def on_counts(self, message: CountsCommittedV1) -> None:
        numbers, at = self._known(message.video_id), (message.epoch, message.batch_no)
        if at > numbers.counts_at:
            numbers.counts, numbers.counts_at = message.counts, at

    def on_persisted(self, message: VideoPersistedV1) -> None:
        """The last numbers of a run, if no newer one has begun."""
        numbers = self._known(message.video_id)
        if numbers.run_id in (None, message.run_id):
            numbers.run_id, numbers.totals = message.run_id, message.totals

    def on_starting(self, video_id: str, now_s: float) -> None:
        self._known(video_id).starting_until_s = now_s + STARTING_S

    def on_status(self, video_id: str) -> None:
        """What a run has become is newer than its start."""
        if video_id in self._videos:
            self._videos[video_id].starting_until_s = 0.0

    def _known(self, video_id: str) -> VideoNumbers:
        return self._videos.setdefault(video_id, VideoNumbers())
