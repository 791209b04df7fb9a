"""Converts a video to a copy that every browser plays, with the frame times of the detector."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from onwatch_detector.read import Frame, VideoReader

TIME_BASE = Fraction(1, 90_000)
MAX_WIDTH = 1280  # enough for counting, and fast to encode
QUALITY = {"crf": "23", "preset": "veryfast"}
KEYFRAME_EVERY_S = 1.0  # for fast seeking


class Stopped(Exception):
    """The conversion was stopped before the copy was complete."""


def convert(
    source: Path, target: Path, duration_s: float, on_progress: Callable[[float], None], stop: threading.Event
) -> None:
    """Write `source` as H.264 in an MP4, without sound. Blocks. `on_progress` gets the fraction done.

    Uses the detector's reader: the same frames at the same video times, the first at 0, without rotation.
    Raises `Stopped` soon after `stop` is set, `VideoUnreadable`, and `OSError` when writing fails.
    """
    with closing(VideoReader(source)) as reader, av.open(str(target), "w", options={"movflags": "faststart"}) as out:
        stream = _stream(out, reader)
        while (frame := reader.read()) is not None:
            if stop.is_set():
                raise Stopped
            out.mux(stream.encode(_picture(frame, stream)))
            on_progress(min(1.0, frame.timestamp_s / duration_s))
        out.mux(stream.encode())


def _stream(out: Any, reader: VideoReader) -> Any:
    rate = Fraction(reader.frames_per_second).limit_denominator(1001)
    stream = out.add_stream("libx264", rate=rate)
    scale = min(1.0, MAX_WIDTH / reader.width)
    stream.width, stream.height = _even(reader.width * scale), _even(reader.height * scale)
    stream.pix_fmt, stream.options = "yuv420p", QUALITY
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.gop_size = max(1, round(float(rate) * KEYFRAME_EVERY_S))
    return stream


def _even(pixels: float) -> int:
    """4:2:0 subsampling needs even sizes."""
    return max(2, 2 * round(pixels / 2))


def _picture(frame: Frame, stream: Any) -> Any:
    picture = av.VideoFrame.from_ndarray(frame.picture, format="bgr24")
    picture = picture.reformat(width=stream.width, height=stream.height, format="yuv420p")
    picture.pts, picture.time_base = round(frame.timestamp_s / TIME_BASE), TIME_BASE
    return picture
