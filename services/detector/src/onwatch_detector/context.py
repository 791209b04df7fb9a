"""What all runs of a worker share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from onwatch_contracts.messages import RunStartingV1
from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.instruments import Instruments
from onwatch_detector.read import DecoderFactory, InProcessDecoder
from onwatch_detector.settings import DetectorSettings
from onwatch_media import VideoSource
from onwatch_media.stored import ObjectStore
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class RunContext:
    settings: DetectorSettings
    bus: Bus
    publisher: Publisher
    clock: Clock
    instruments: Instruments
    worker_id: str
    new_thread: Callable[[], Executor]
    """Runs the blocking calls of one run, in order."""
    open_decoder: DecoderFactory = InProcessDecoder
    """Opens the file of a run."""
    store: ObjectStore | None = None
    """None: videos are in the media folder."""

    def file(self, file_path: str) -> VideoSource:
        """Of a video. `VideoUnreadable`, `MediaUnavailable`. Blocks."""
        if self.store is None:
            return self.settings.media / file_path
        found = self.store.file(file_path)
        if found is None:
            raise VideoUnreadable(PurePosixPath(file_path).name, "it is not in the store of the videos")
        return found

    async def announce_starting(self, video_id: str, phase: Literal["loading", "seeking"]) -> None:
        """Tell viewers that a run of the video is about to start; they time out without it."""
        await self.publisher.announce(RunStartingV1, video_id=video_id, worker_id=self.worker_id, phase=phase)
