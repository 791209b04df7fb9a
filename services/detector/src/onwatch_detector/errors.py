"""Failures of a run. `code` is stable, for programs; the text is for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from onwatch_runtime.errors import Unavailable

IsUnwanted = Callable[[], bool]
"""Polled by long work: true once nobody wants its result any more."""


class Interrupted(Exception):
    """Long work was given up because `IsUnwanted` became true."""


class RunFailure(Exception):
    """A person has to act before another start makes sense."""

    code: ClassVar[str]


class VideoUnreadable(RunFailure):
    code = "video_unreadable"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The video file {name} cannot be read: {reason}")
        self.reason = reason


class CheckpointUnreadable(RunFailure):
    code = "checkpoint_unreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The run cannot be resumed from its checkpoint: {reason}")


class DecoderNotStarted(Unavailable):
    """The machine lacks processes, memory or files: no fault of the video, and another time it may work."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the process that decodes {name} was not started: {reason}")


class MediaUnavailable(Unavailable):
    """The store of the videos is away: no fault of the video, and another time it may work."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"the store of the videos is not reached: {error}")


class RunLost(Exception):
    """The run belongs to another worker, or its batches are not acknowledged: stop and claim again."""
