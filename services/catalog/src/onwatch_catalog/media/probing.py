"""Checks that a file is a video that can be processed, and measures it. Blocks: call it in a thread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av

from onwatch_catalog.errors import EmptyFile, NoFrames, NotAVideo, NoVideoStream, TruncatedVideo
from onwatch_catalog.media.formats import DEMUXERS, FORMATS, ContainerFormat, format_of, name_from_signature

FRAMES_DECODED = 2  # at the start and at the end: fewer are an image, not a video
TAIL_S = 3.0  # the part of the file in which the end is searched first
FALLBACK_FPS = Fraction(25)  # as the detector assumes for files that declare none


@dataclass(frozen=True)
class Probe:
    """The measures of a video. Width and height are as decoded: no code applies the rotation metadata."""

    format: ContainerFormat
    duration_s: float
    """Video time: from the first frame to the end of the last."""
    fps: float
    width: int
    height: int


def open_video(path: Path) -> Any:
    """Open with the accepted demuxers only, and without access to other files or addresses named inside."""
    return av.open(str(path), options={"format_whitelist": DEMUXERS, "protocol_whitelist": "file"})


def video_stream(container: Any) -> Any | None:
    """The first video stream; the cover image of a song is not one."""
    streams = (s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic)
    return next(streams, None)


def probe(path: Path) -> Probe:
    """Open the file, decode at its start and near its end; an `UnusableFile` error states what is wrong with it."""
    if path.stat().st_size == 0:
        raise EmptyFile
    try:
        container = open_video(path)
    except (av.FFmpegError, OSError) as error:
        raise _unopenable(path) from error
    with container:
        return _probe_streams(container)


def _unopenable(path: Path) -> NotAVideo | TruncatedVideo:
    with path.open("rb") as file:
        kind = name_from_signature(file.read(12))
    if kind is None:
        return NotAVideo("it does not begin like any kind of video file")
    return TruncatedVideo(f"it begins like {kind}, but what is needed to read it is missing")


def _probe_streams(container: Any) -> Probe:
    stream = video_stream(container)
    if stream is None:
        raise NoVideoStream(tuple(sorted({s.type for s in container.streams})))
    if container.format.name not in FORMATS:
        raise NotAVideo(f"its container is {container.format.name}")
    first = _first_frames(container, stream)
    rate = stream.average_rate or stream.guessed_rate or FALLBACK_FPS
    start_s = _seconds(first[0].pts, stream.time_base) or 0.0
    end_s = _end_of(container, stream, rate, start_s)
    return Probe(
        format=format_of(container.format.name, stream.codec_context.name),
        duration_s=round(max(end_s - start_s, len(first) / float(rate)), 6),
        fps=float(rate),
        width=first[0].width,
        height=first[0].height,
    )


def _first_frames(container: Any, stream: Any) -> list[Any]:
    frames = list(islice(_decoded(container, stream), FRAMES_DECODED))
    if len(frames) < FRAMES_DECODED:
        if stream.duration and stream.frames and stream.frames > FRAMES_DECODED:
            raise TruncatedVideo(f"it announces {stream.frames} frames and {len(frames)} can be decoded")
        raise NoFrames(len(frames))
    return frames


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """The decodable frames; broken packets are skipped, as in the detector."""
    for packet in _packets(container, stream):
        yield from _frames_of(packet)


def _packets(container: Any, *streams: Any) -> Iterator[Any]:
    """Packets up to the end or to the first broken one."""
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        yield packet


def _frames_of(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


# --- the end -------------------------------------------------------------------------------------


def _end_of(container: Any, stream: Any, rate: Fraction, start_s: float) -> float:
    """The end of the video in the stream's own time; `TruncatedVideo` when the file ends before it.

    The whole file is read only if the end is not found in the last seconds.
    """
    declared_s = _declared_end(container, stream)
    tail_s, decodable = _tail(container, stream, declared_s, rate)
    if tail_s is not None and (declared_s is None or tail_s >= declared_s - _tolerance_s(declared_s)):
        if not decodable:
            raise TruncatedVideo("nothing near its end can be decoded")
        return tail_s
    video_s, any_s = _read_through(container, stream, rate)
    if declared_s is not None and any_s < declared_s - _tolerance_s(declared_s):
        has_s, says_s = max(any_s - start_s, 0.0), declared_s - start_s
        raise TruncatedVideo(f"it ends at {has_s:.1f} s of the {says_s:.1f} s that it announces")
    return video_s


def _tolerance_s(declared_s: float) -> float:
    """Headers round, and audio may end a little after the video."""
    return min(2.0, max(0.5, 0.01 * declared_s))


def _declared_end(container: Any, stream: Any) -> float | None:
    start_s = _seconds(stream.start_time, stream.time_base) or 0.0
    own_s = _seconds(stream.duration, stream.time_base)
    if own_s is not None:
        return start_s + own_s
    whole_s = None if container.duration is None else container.duration / av.time_base
    return None if whole_s is None else start_s + whole_s


def _tail(container: Any, stream: Any, declared_s: float | None, rate: Fraction) -> tuple[float | None, bool]:
    """The end found after the last keyframe before the last seconds, and whether frames there decode."""
    if declared_s is None:
        return None, False
    try:
        container.seek(_ticks(max(declared_s - TAIL_S, 0.0), stream), stream=stream, backward=True)
    except av.FFmpegError:
        return None, False
    end_s, decoded = None, 0
    for packet in _packets(container, stream):
        end_s = _later(end_s, _packet_end_s(packet, rate))
        if decoded < FRAMES_DECODED:
            decoded += len(_frames_of(packet))
    return end_s, decoded > 0


def _read_through(container: Any, stream: Any, rate: Fraction) -> tuple[float, float]:
    """The end of the video stream and of any stream, from all packets, without decoding."""
    container.seek(0)
    video_s, any_s, counted = None, None, 0
    for packet in _packets(container):
        end_s = _packet_end_s(packet, rate)
        any_s = _later(any_s, end_s)
        if packet.stream.index == stream.index and packet.size:
            video_s = _later(video_s, end_s)
            counted += 1
    by_count_s = counted / float(rate)  # for files without timestamps
    return video_s or by_count_s, any_s or by_count_s


def _packet_end_s(packet: Any, rate: Fraction) -> float | None:
    at_s = _seconds(packet.pts, packet.time_base)
    if at_s is None:
        return None
    return at_s + (_seconds(packet.duration, packet.time_base) or 1 / float(rate))


def _later(one_s: float | None, other_s: float | None) -> float | None:
    known = [value for value in (one_s, other_s) if value is not None]
    return max(known, default=None)


def _seconds(ticks: int | None, time_base: Fraction | None) -> float | None:
    return None if ticks is None or time_base is None else float(ticks * time_base)


def _ticks(seconds: float, stream: Any) -> int:
    time_base: Fraction = stream.time_base
    return math.floor(seconds / time_base)
