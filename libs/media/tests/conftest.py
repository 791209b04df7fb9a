"""Small clips with any timestamps, written on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

WIDTH, HEIGHT, RATE = 64, 48, 10

WriteClip = Callable[..., Path]


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Any:
    """A bright bar on grey whose place tells the number of the picture."""
    pixels = np.full((height, width, 3), 60, np.uint8)
    left = number * 3 % (width - 6)
    pixels[:, left : left + 6] = 250
    return av.VideoFrame.from_ndarray(pixels, format="bgr24")


def encode(path: Path, times_s: Sequence[float], *, codec: str, width: int, height: int, keyframe_every: int) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = keyframe_every
        stream.codec_context.time_base = Fraction(1, 1000)
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "bf": "2"}
        for number, time_s in enumerate(times_s):
            frame = picture(number, width, height)
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture
def write_clip(tmp_path: Path) -> WriteClip:
    """Writes `name` with one picture at each time; returns its path."""

    def write(
        name: str,
        times_s: Sequence[float] = tuple(number / RATE for number in range(30)),
        *,
        codec: str = "libx264",
        width: int = WIDTH,
        height: int = HEIGHT,
        keyframe_every: int = 5,
    ) -> Path:
        path = tmp_path / name
        encode(path, times_s, codec=codec, width=width, height=height, keyframe_every=keyframe_every)
        return path

    return write
