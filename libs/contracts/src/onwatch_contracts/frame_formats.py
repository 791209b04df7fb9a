"""Formats of frames: the codecs and sizes that viewers ask for, and the address of each on the bus."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from onwatch_contracts.values import Value

JPEG = "jpeg"

Codec = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,16}$")]

VIDEO_CODECS = ("vp8",)
"""Those of which this release makes streams."""

LARGEST_SIDES = (320, 640, 1280)
"""The sizes that frames are scaled down to, beside the size that the detector's settings allow."""

MAX_FPS = 60

Fps = Annotated[int, Field(ge=1, le=MAX_FPS)]


class FrameFormat(Value):
    """How frames are encoded. The default is what is sent to those who do not ask for another."""

    codec: Codec = JPEG
    largest_side: Annotated[int, Field(ge=1)] | None = None
    """In pixels, of a picture that is scaled down; null: as large as the detector sends."""


class WantedFrames(FrameFormat):
    """A format that viewers ask for, and how many of its frames."""

    max_fps: Fps | None = None
    """The most that one of them shows in a second; null: all."""

    @property
    def format(self) -> FrameFormat:
        return FrameFormat(codec=self.codec, largest_side=self.largest_side)


DEFAULT_FORMAT = FrameFormat()


def step_for(largest_side: int | None) -> int | None:
    """The least of `LARGEST_SIDES` that suffices for a picture of this size; None: no limit."""
    if largest_side is None:
        return None
    return next((step for step in LARGEST_SIDES if step >= largest_side), None)


def frames_key(video_id: str, frame_format: FrameFormat = DEFAULT_FORMAT) -> str:
    """The routing key of a video's frames of that format.

    That of the default format is the id of the video, which is the only one that earlier releases know.
    """
    if frame_format == DEFAULT_FORMAT:
        return video_id
    return f"{video_id}.{frame_format.codec}.{frame_format.largest_side or 0}"


def parse_frames_key(key: str) -> tuple[str, FrameFormat]:
    """The video and the format of a routing key that `frames_key` made."""
    video_id, *rest = key.split(".")
    if not rest:
        return video_id, DEFAULT_FORMAT
    codec, side = rest
    return video_id, FrameFormat(codec=codec, largest_side=int(side) or None)
