"""Whether a file is a video that can be processed, and what it is. Blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

from onwatch_media.clock import Clock
from onwatch_media.clock_file import encoded
from onwatch_media.container import NotOpened, VideoUnusable
from onwatch_media.display import MAX_PIXELS, Display
from onwatch_media.file import ASSUMED_RATE, VideoFile
from onwatch_media.formats import ContainerFormat, format_by_signature, other_format_by_signature
from onwatch_media.opening import opened
from onwatch_media.recorded import time_in_metadata

FRAMES_DECODED = 2  # fewer are a picture, not a video
JUMPS_TOLD = 10  # one by one, in the notes of a file
LONG_S = 120.0  # longer times are written in hours, minutes and seconds


class NoFrames(VideoUnusable):
    """Too few pictures can be decoded."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        super().__init__(f"its video stream has {frames} decodable frames; at least {FRAMES_DECODED} are needed")


class Truncated(VideoUnusable):
    """The file ends before its pictures do."""


class Encrypted(VideoUnusable):
    """Its pictures need a key."""


@dataclass(frozen=True)
class Inspection:
    """What a file turned out to be."""

    format: ContainerFormat
    codec: str
    """Of its pictures, as FFmpeg names it."""
    duration_s: float
    """Video time: from the first frame to the end of the last."""
    fps: float
    is_counted: bool
    """It has no usable timestamps, at least in a part: times come from counting pictures at `fps`."""
    is_rate_assumed: bool
    """The file does not say its rate, and its times depend on it."""
    width: int
    """As shown: turned, with square pixels."""
    height: int
    notes: tuple[str, ...]
    """What is odd about the file and what was done about it, in words."""
    recorded_at: datetime | None = None
    """When it was recorded, by the tags of its container."""
    clock_file: bytes = field(default=b"", repr=False)
    """What is kept beside the file, so that nobody has to read its clock again."""


def inspect(path: Path, *, counted_rate: float | None = None, max_pixels: int = MAX_PIXELS) -> Inspection:
    """Open the file, read its clock, decode at its beginning and end; `VideoUnusable` says what is wrong with it."""
    try:
        video = VideoFile(path, counted_rate=counted_rate, max_pixels=max_pixels)
    except NotOpened as error:
        raise _unopenable(path, error) from error
    with video:
        return _inspected(video, counted_rate)


def _unopenable(path: Path, error: NotOpened) -> VideoUnusable:
    with opened(path) as file:
        head = file.read(12)
    if other := other_format_by_signature(head):
        return NotOpened(f"it begins like {other}, which is not accepted")
    kind = format_by_signature(head)
    if kind is None:
        return NotOpened("it does not begin like any kind of video file")
    return Truncated(f"it begins like {kind}, but what is needed to read it is missing")


def _inspected(video: VideoFile, counted_rate: float | None) -> Inspection:
    container = video.format
    if container is None:
        raise NotOpened(f"its container is {video.demuxer}")
    if video.is_encrypted:  # first: now and then a decoder takes encrypted pictures for damaged ones
        raise Encrypted("its pictures are encrypted, and no key is known")
    first = list(islice(video.frames(), FRAMES_DECODED))
    if len(first) < FRAMES_DECODED:
        raise _too_few(video, len(first))
    clock, display = video.clock, video.display_of(first[0].raw)
    last = _checked_last(video)
    late_s = 0.0 if clock.segments[0].is_counted else float((first[0].place.first_pts - clock.origin) * video.time_base)
    is_counted = any(segment.is_counted for segment in clock.segments)
    rate = float(_rate(video, clock))
    return Inspection(
        format=container,
        codec=video.codec,
        duration_s=round(max(clock.end_s - late_s, FRAMES_DECODED / rate), 6),
        fps=rate,
        is_counted=is_counted,
        is_rate_assumed=is_counted and video.stated_rate is None and counted_rate is None,
        width=display.width,
        height=display.height,
        notes=(*_notes(video, display, first[0].raw, last), *_clock_notes(video, clock, counted_rate)),
        recorded_at=time_in_metadata(video.tags),
        clock_file=encoded(clock, video.clock_key),
    )


def _rate(video: VideoFile, clock: Clock) -> Fraction:
    """Pictures per second. Where the clock jumps, the average of the whole file counts the jumps."""
    has_jumps = any(abs(segment.jump_s) > 0 for segment in clock.segments)
    is_counted = any(segment.is_counted for segment in clock.segments)
    guessed = video.stream.guessed_rate
    return Fraction(guessed) if has_jumps and not is_counted and guessed else video.rate


def _too_few(video: VideoFile, frames: int) -> VideoUnusable:
    announced = video.stream.frames
    if video.stream.duration and announced and announced > FRAMES_DECODED:
        return Truncated(f"it announces {announced} frames and {frames} can be decoded")
    return NoFrames(frames)


def _checked_last(video: VideoFile) -> av.VideoFrame:
    """A frame near the end; `Truncated` where the file ends before its pictures do."""
    clock, stated_s = video.clock, video.stated_duration_s
    if clock.is_sound and stated_s is not None:
        # Some headers count from the first picture, others from where their clock is 0.
        ends_s = max(clock.end_s, clock.end_s + float(clock.origin * video.time_base))
        if ends_s < stated_s - _tolerance_s(stated_s) and video.last_packet_s() < stated_s - _tolerance_s(stated_s):
            raise Truncated(f"it ends at {clock.end_s:.1f} s of the {stated_s:.1f} s that it announces")
    last = next(video.last_frames(), None)
    if last is None:
        raise Truncated("nothing near its end can be decoded")
    return last


def _tolerance_s(stated_s: float) -> float:
    """Headers round, and sound may end a little after the pictures."""
    return min(2.0, max(0.5, 0.01 * stated_s))


def _notes(video: VideoFile, display: Display, first: av.VideoFrame, last: av.VideoFrame) -> Iterator[str]:
    """For a person: what is odd, and what was done about it."""
    codec = video.stream.codec_context
    if len(video.video_streams) > 1:
        yield (
            f"The file has {len(video.video_streams)} video streams; "
            f"the one with {codec.width} x {codec.height} pixels is used, as players do."
        )
    if display.orientation.is_reflected:
        yield "The file is marked to be mirrored; it is shown and counted that way."
    elif degrees := display.orientation.turned_degrees:
        yield f"The file is marked to be turned by {degrees} degrees; it is shown and counted that way."
    if (aspect := video.sample_aspect) not in (None, 1):
        yield f"Its pixels are not square ({aspect}); the picture is shown in {display.width} x {display.height}."
    if (first.width, first.height) != (last.width, last.height):
        yield (
            f"The size of its pictures changes from {first.width} x {first.height} to {last.width} x {last.height}; "
            f"all are shown in {display.width} x {display.height}."
        )


def _span(seconds: float) -> str:
    """3.04 -> "3.0 s", 35993.8 -> "9:59:54"."""
    return f"{seconds:.1f} s" if seconds < LONG_S else str(timedelta(seconds=round(seconds)))


def _clock_notes(video: VideoFile, clock: Clock, counted_rate: float | None) -> Iterator[str]:
    jumps = [segment for segment in clock.segments if segment.jump_s]
    for segment in jumps[:JUMPS_TOLD]:
        way = "back" if segment.jump_s < 0 else "forward"
        yield (
            f"The file's clock jumps {way} by {_span(abs(segment.jump_s))} at {_span(segment.start_s)}, "
            "as in joined recordings; video time continues there."
        )
    if len(jumps) > JUMPS_TOLD:
        yield f"And it jumps {len(jumps) - JUMPS_TOLD} more times."
    counted = [segment.is_counted for segment in clock.segments]
    if any(counted):
        what = "The file" if all(counted) else "A part of the file"
        source = "as set" if counted_rate else "as the file says" if video.stated_rate else "assumed"
        rate = float(video.rate if counted_rate or video.stated_rate else ASSUMED_RATE)
        yield f"{what} has no usable timestamps: its pictures are counted at {rate:g} a second ({source})."
