"""Opens a file with FFmpeg, with accepted formats only, and yields the packets and frames of its video stream."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from onwatch_media.formats import DEMUXERS
from onwatch_media.opening import for_ffmpeg

log = logging.getLogger(__name__)

MP4, MATROSKA, AVI = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi"  # as FFmpeg names its demuxers
REORDERED_CODECS = frozenset({"h264", "hevc"})
RATED_CODECS = REORDERED_CODECS | {"mpeg1video", "mpeg2video", "mpeg4"}  # may carry their rate themselves
HIGHEST_RATE = 2000  # what says more counts ticks
HIGHEST_STATED = 300  # of a raw stream: phones record 240 at most, and 600, 1000 or 90000 are the ticks of a clock

EARLIEST = -(1 << 62)  # before any timestamp

COVER = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
_DEFAULT = av.stream.Disposition.default


class VideoUnusable(Exception):
    """The file cannot be used as a video; the text says why, for a person."""


class NotOpened(VideoUnusable):
    """FFmpeg found no accepted container in it, or cannot read what it needs of it."""


class NoVideoStream(VideoUnusable):
    """There are no moving pictures in it."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds
        super().__init__(f"there is no video stream in it, only: {', '.join(kinds) or 'no stream at all'}")


class PictureTooLarge(VideoUnusable):
    """A picture has more pixels than are accepted."""

    @classmethod
    def of(cls, width: int, height: int, max_pixels: int) -> PictureTooLarge:
        return cls(
            f"its pictures have {width} x {height} = {width * height:,} pixels; at most {max_pixels:,} are accepted"
        )


def open_container(path: Path) -> Any:
    """With the accepted demuxers only, and no other file or address from inside it."""
    try:
        return av.open(
            for_ffmpeg(path),
            options={"format_whitelist": DEMUXERS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (OSError, av.FFmpegError) as error:
        raise NotOpened(str(error) or type(error).__name__) from error


def chosen_stream(streams: Sequence[Any]) -> Any | None:
    """The stream that a player shows: the one marked as default, else the largest; never a cover."""
    moving = [stream for stream in streams if not stream.disposition & COVER]
    marked = [stream for stream in moving if stream.disposition & _DEFAULT]
    return max(marked or moving, key=_area, default=None)


def _area(stream: Any) -> int:
    codec = stream.codec_context
    return codec.width * codec.height if codec is not None else 0


def packets_of(container: Any, stream: Any, *, with_flush: bool = False) -> Iterator[Any]:
    """The packets of a stream (None: of all) until the end or a break in the container; at last an empty one."""
    packets = container.demux(stream) if stream is not None else container.demux()
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.InvalidDataError):
            return
        if packet.size or with_flush:
            yield packet


@dataclass
class Undecodable:
    """The packets of a file that could not be decoded, and were passed over."""

    packets: int = 0
    first: str = ""

    def add(self, error: Exception) -> None:
        self.packets += 1
        self.first = self.first or str(error)

    def report(self, path: Path) -> None:
        """One line in the log, however many there were."""
        if self.packets:
            log.warning(
                "%s: %d undecodable packets were passed over, the first: %s", path.name, self.packets, self.first
            )


def frames_of(packet: Any, undecodable: Undecodable) -> list[av.VideoFrame]:
    """The frames that a packet completes; none where it cannot be decoded or its picture is too large."""
    try:
        return list(packet.decode())
    except (av.error.InvalidDataError, av.error.ArgumentError) as error:
        undecodable.add(error)
        return []


def is_in_decoding_order(container: Any, stream: Any) -> bool:
    """AVI stores no presentation times: a packet's timestamp is its number, also where pictures are reordered."""
    return container.format.name == AVI and stream.codec_context.name in REORDERED_CODECS


def keyframes_in_index(stream: Any) -> list[int]:
    """Their timestamps, by searching: to list all entries takes long where the index has one for each packet."""
    entries, found = stream.index_entries, []
    number = entries.search_timestamp(EARLIEST, backward=False)
    while number >= 0:
        found.append(entries[number].timestamp)
        number = entries.search_timestamp(found[-1] + 1, backward=False)
    return found


def stated_rate(stream: Any, *, is_raw: bool) -> Fraction | None:
    """Pictures per second. For a raw stream FFmpeg's average and guess are its demuxer's default: ask the codec."""
    if is_raw:
        rate = stream.codec_context.framerate if stream.codec_context.name in RATED_CODECS else None
        return Fraction(rate) if rate and rate <= HIGHEST_STATED else None
    rates = (stream.average_rate, stream.guessed_rate)
    return next((Fraction(rate) for rate in rates if rate and rate <= HIGHEST_RATE), None)
