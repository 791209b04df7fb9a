"""What a viewer can show, and which of the formats that arrive is the best for it. Pure rules."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from onwatch_contracts.channel import Frames
from onwatch_contracts.frame_formats import JPEG, VIDEO_CODECS, FrameFormat, step_for


@dataclass(frozen=True)
class Screen:
    """What a viewer can show; by default all frames as JPEG, as large as they are sent."""

    largest_side: int | None = None
    """One of `LARGEST_SIDES`; None: any size."""
    max_fps: int | None = None
    codecs: tuple[str, ...] = ()
    """Video codecs of this release, the preferred one first."""

    @classmethod
    def of(cls, frames: Frames, *, with_video: bool = True) -> Self:
        """`with_video`: video codecs are sent to those who decode them."""
        codecs = tuple(codec for codec in frames.codecs if with_video and codec in VIDEO_CODECS)
        return cls(step_for(frames.largest_side), frames.max_fps, codecs)

    @property
    def wanted(self) -> FrameFormat:
        return FrameFormat(codec=[*self.codecs, JPEG][0], largest_side=self.largest_side)

    def best_of(self, formats: Collection[FrameFormat]) -> FrameFormat | None:
        """The smallest that suffices, else the largest; of the first of the codecs that there is."""
        for codec in (*self.codecs, JPEG):
            sizes = sorted((each for each in formats if each.codec == codec), key=_side)
            if sizes:
                needed = _side(self.wanted)
                return next((each for each in sizes if _side(each) >= needed), sizes[-1])
        return None


@dataclass
class Rate:
    """Takes single frames at a rate, however unevenly they arrive."""

    _next_s: float = 0.0

    def takes(self, now_s: float, max_fps: int | None) -> bool:
        """Whether a frame that has arrived now is sent; a frame may come half an interval too early."""
        if max_fps is None:
            return True
        interval_s = 1 / max_fps
        if now_s < self._next_s - interval_s / 2:
            return False
        self._next_s = max(self._next_s, now_s - interval_s / 2) + interval_s
        return True


def _side(frame_format: FrameFormat) -> float:
    return frame_format.largest_side or math.inf
