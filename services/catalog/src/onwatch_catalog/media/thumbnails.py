"""Makes thumbnails of videos. Blocks: call it in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from onwatch_catalog.errors import NoFrames
from onwatch_catalog.media.probing import open_video, video_stream

WIDTH = 960  # sharp in the player too, which shows it until a stream runs
JPEG_QUALITY = 82
FROM_S = 1.0  # past a fade-in
DARK_MEAN = 16  # of 255: below, the image shows nothing

Image = NDArray[np.uint8]


def make_thumbnail(path: Path, duration_s: float) -> bytes:
    """JPEG, at most 960 wide: the frame at one second, or the middle one if that is earlier or less dark."""
    early = _frame_at(path, min(FROM_S, duration_s / 2))
    if early is not None and early.mean() >= DARK_MEAN:
        return _jpeg(early)
    middle = _frame_at(path, duration_s / 2)
    images = [image for image in (early, middle) if image is not None]
    if not images:
        raise NoFrames(0)
    return _jpeg(max(images, key=lambda image: float(image.mean())))


def _frame_at(path: Path, seconds: float) -> Image | None:
    """The first frame at that time or later; the last one before it if there is none."""
    with open_video(path) as container:
        stream = video_stream(container)
        if stream is None:
            return None
        start = stream.start_time or 0
        wanted = start + int(seconds / stream.time_base)
        last = None
        for frame in _frames_from(container, stream, wanted):
            last = frame
            if frame.pts is None or frame.pts >= wanted:
                break
        return None if last is None else _small(last)


def _frames_from(container: Any, stream: Any, wanted: int) -> Any:
    try:
        container.seek(wanted, stream=stream, backward=True)
    except av.FFmpegError:
        container.seek(0)
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue  # a damaged frame makes no thumbnail


def _small(frame: Any) -> Image:
    width = min(WIDTH, frame.width)
    height = max(round(frame.height * width / frame.width), 1)
    image: Image = frame.reformat(width=width, height=height, format="bgr24").to_ndarray()
    return image


def _jpeg(image: Image) -> bytes:
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise RuntimeError(f"an image of shape {image.shape} could not be encoded as JPEG")
    return encoded.tobytes()
