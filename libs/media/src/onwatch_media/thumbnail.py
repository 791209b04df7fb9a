"""A small picture of a video, as JPEG. Blocks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from onwatch_media.display import MAX_PIXELS, Picture
from onwatch_media.file import VideoFile
from onwatch_media.inspection import NoFrames

WIDTH = 960  # sharp on the player too, which shows it until a stream runs
JPEG_QSCALE = 4  # of FFmpeg's 2 (best) to 31
QSCALE_UNIT = 118  # FFmpeg's FF_QP2LAMBDA
FROM_S = 1.0  # past what fades in
DARK_MEAN = 16  # of 255: below, the picture shows nothing


def make_thumbnail(
    path: Path, duration_s: float, *, counted_rate: float | None = None, max_pixels: int = MAX_PIXELS
) -> bytes:
    """JPEG, at most 960 wide: a frame one second in, or of the middle where that is earlier or less dark."""
    early = _picture_at(path, min(FROM_S, duration_s / 2), counted_rate, max_pixels)
    if early is not None and early.mean() >= DARK_MEAN:
        return encode_jpeg(early)
    middle = _picture_at(path, duration_s / 2, counted_rate, max_pixels)
    pictures = [picture for picture in (early, middle) if picture is not None]
    if not pictures:
        raise NoFrames(0)
    return encode_jpeg(max(pictures, key=lambda picture: float(picture.mean())))


def _picture_at(path: Path, time_s: float, counted_rate: float | None, max_pixels: int) -> Picture | None:
    """The first frame at that time or after it; before it only if there is no later one."""
    with VideoFile(path, counted_rate=counted_rate, max_pixels=max_pixels) as video:
        display = video.display  # first: it decodes the beginning in this container
        last: Any = None
        for frame in video.frames_from(time_s):
            last = frame.raw
            if frame.time_s >= time_s:
                break
        return None if last is None else display.scaled_to(WIDTH).picture(last)


def encode_jpeg(picture: Picture) -> bytes:
    """A picture (height x width x 3, blue-green-red) as JPEG."""
    height, width = picture.shape[:2]
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qscale, encoder.global_quality = True, JPEG_QSCALE * QSCALE_UNIT
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
