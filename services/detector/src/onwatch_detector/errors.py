"""Why a video cannot be processed. `code` is stable, for programs; the text is for a person."""

from __future__ import annotations

from typing import ClassVar


class RunFailure(Exception):
    """A person has to act before another start makes sense."""

    code: ClassVar[str]


class VideoUnreadable(RunFailure):
    code = "video_unreadable"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The video file {name} cannot be read: {reason}")


class CheckpointUnreadable(RunFailure):
    code = "checkpoint_unreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The run cannot be resumed from its checkpoint: {reason}")


class RunLost(Exception):
    """The run is no longer this worker's, or proof of its batches stays out: let go and claim anew."""
