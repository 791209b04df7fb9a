"""Small generated videos, files that are no videos, and a record of the table of videos."""

from __future__ import annotations

import struct
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import VideoStatus


def write_video(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: int = 10,
    codec: str = "mpeg4",
    size: tuple[int, int] = (64, 48),
    dark_until_s: float = 0.0,
    options: dict[str, str] | None = None,
    file_format: str | None = None,
) -> Path:
    """A white bar that moves over grey; `file_format` overrides the one that the file extension implies."""
    width, height = size
    with av.open(str(path), "w", format=file_format, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=fps)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = 5
        for number in range(round(seconds * fps)):
            image = np.full((height, width, 3), 0 if number / fps < dark_until_s else 90, np.uint8)
            if number / fps >= dark_until_s:
                image[:, (number * 3) % (width - 4) : (number * 3) % (width - 4) + 4] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def write_dhav(path: Path, *, seconds: float = 2.0, fps: int = 10) -> Path:
    """As recorders of Dahua write it (FFmpeg only reads it): MPEG-4 in chunks, each with the date and milliseconds."""
    with TemporaryDirectory() as folder:
        stream = write_video(Path(folder) / "a.m4v", seconds=seconds, fps=fps, file_format="m4v")
        with av.open(str(stream)) as container:
            packets = [packet for packet in container.demux(video=0) if packet.size]
            chunks = [_dhav_chunk(number, packet, fps) for number, packet in enumerate(packets)]
    path.write_bytes(b"".join(chunks))
    return path


def _dhav_chunk(number: int, packet: Any, fps: int) -> bytes:
    ms = 1000 * number // fps
    size = struct.pack("<BBBB", 0x80, 0, 64 // 8, 48 // 8)
    codec = struct.pack("<BBBB", 0x81, 0, 1, fps)  # 1: MPEG-4
    noon = (26 << 26) | (3 << 22) | (2 << 17) | (12 << 12)  # 2026-03-02 12:00:00, the year from 2000
    length = 24 + len(size) + len(codec) + packet.size + 8
    kind = 0xFD if packet.is_keyframe else 0xFC
    head = struct.pack("<BBBBIIIHBB", kind, 0, 0, 0, number, length, noon + ms // 1000, ms, 8, 0)
    return b"DHAV" + head + size + codec + bytes(packet) + b"dhav" + struct.pack("<I", length)


def write_sound(path: Path, seconds: float = 1.0) -> Path:
    """A file with silent audio and no video stream."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=8000, layout="mono")
        for number in range(int(seconds * 8000) // 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 8000, number * 1024, Fraction(1, 8000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_no_frames(path: Path) -> Path:
    """A file whose video stream has no frames."""
    with av.open(str(path), "w", format="avi") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    return path


def stored_video(video_id: str, at: datetime, status: VideoStatus = VideoStatus.READY) -> StoredVideo:
    """The record of a video from `write_video`, uploaded at that time and with that status since."""
    return StoredVideo(
        id=video_id,
        name=video_id,
        media_type="video/mp4",
        file_path=f"{video_id}/source.mp4",
        duration_s=2.0,
        fps=10.0,
        width=64,
        height=48,
        size_bytes=1000,
        created_at=at,
        status=status,
        status_at=at,
    )
