"""A video file, opened the same way by every service: its stream, its clock, its pictures as they are shown."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain, count, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.sidedata.sidedata import Type as SideData

from onwatch_media.clock import DELAYED, Clock, Segment
from onwatch_media.clock_file import ClockKey
from onwatch_media.clock_reading import clock_of_file
from onwatch_media.container import (
    AVI,
    COVER,
    MATROSKA,
    MP4,
    NotOpened,
    NoVideoStream,
    PictureTooLarge,
    Undecodable,
    VideoUnusable,
    chosen_stream,
    frames_of,
    is_in_decoding_order,
    keyframes_in_index,
    open_container,
    packets_of,
    stated_rate,
)
from onwatch_media.display import MAX_PIXELS, Display
from onwatch_media.formats import ContainerFormat, format_of
from onwatch_media.opening import opened

ASSUMED_RATE = Fraction(25)  # for files that say nothing
MAX_THREADS = 4  # of a decoder; detection takes far longer

SEEKABLE = frozenset({MP4, MATROSKA})  # have an index of their keyframes
BYTE_SEEKABLE = frozenset({"mpegts", "mpeg"})  # can be read from any packet on
DISPLAYS_KEPT = 16  # a run opens its file for frames and for samples
UNKNOWN_SIZE = (bytes(4), b"\xff" * 4)  # of a RIFF file that could not be finished
TAIL_S = 3.0  # what counts as near the end


@dataclass(frozen=True)
class Place:
    """Where a frame is in its file: what a reader needs to resume after it."""

    segment: int
    """Number of the clock's segment."""
    at: int
    """Timestamp in units of the stream; in a counted segment the number of the frame in it."""
    first_pts: int
    """Timestamp of the first frame that could be decoded; video time counts from it."""


@dataclass(frozen=True)
class TimedFrame:
    """A decoded frame, not yet converted, and when it is shown in video time."""

    raw: av.VideoFrame
    time_s: float
    place: Place


def decoding_threads(pixels: int) -> int:
    """How many pictures of this size are decoded at once: each thread holds some in memory, 100 MB of 8K."""
    return max(1, min(MAX_THREADS, os.cpu_count() or 1, MAX_PIXELS // max(1, pixels)))


class VideoFile:
    """One thread at a time. `NotOpened`, `NoVideoStream`, `PictureTooLarge` from the constructor.

    `counted_rate`: pictures per second of stretches without timestamps; None: as the file says or is assumed.
    """

    def __init__(self, path: Path, *, counted_rate: float | None = None, max_pixels: int = MAX_PIXELS) -> None:
        self.path = path
        self.max_pixels = max_pixels
        self._is_at_start = True
        self._skip_frame = "DEFAULT"
        self._undecodable = Undecodable()
        self._container = open_container(path)
        try:
            self._take_stream(counted_rate)
        except BaseException:
            self._container.close()
            raise

    def _take_stream(self, counted_rate: float | None) -> None:
        self.stream: Any = self._ready_stream()
        stream = self.stream
        self.time_base: Fraction = stream.time_base or Fraction(1, 90_000)
        self.stated_rate = stated_rate(stream, is_raw=self.is_raw)
        """Pictures per second as the file says; None: it does not."""
        self.rate = (
            Fraction(counted_rate).limit_denominator(100_000) if counted_rate else (self.stated_rate or ASSUMED_RATE)
        )

    def _ready_stream(self) -> Any:
        """The chosen stream of the open container, ready to decode."""
        stream = chosen_stream(self._container.streams.video)
        if stream is None:
            raise NoVideoStream(tuple(sorted({each.type for each in self._container.streams})))
        codec = stream.codec_context
        if codec is None:
            raise NotOpened("no decoder is known for its pictures")
        if codec.width * codec.height > self.max_pixels:
            raise PictureTooLarge.of(codec.width, codec.height, self.max_pixels)
        codec.options = {"max_pixels": str(self.max_pixels)}  # pictures may grow on the way
        codec.copy_opaque = True  # a decoded frame names its packet
        codec.skip_frame = self._skip_frame
        stream.thread_type = "AUTO"
        codec.thread_count = decoding_threads(codec.width * codec.height)
        return stream

    def _rewind(self) -> None:
        """Back to the first packet: by opening again, because not every format can seek there."""
        if not self._is_at_start:
            self.close()
            self._container = open_container(self.path)
            self.stream = self._ready_stream()
        self._is_at_start = False

    def close(self) -> None:
        # First without the interpreter lock: `avcodec_free_context` waits for the decoder's threads with the lock held,
        # and a thread that releases the last reference to a packet's number (`copy_opaque`) waits for the lock.
        self.stream.codec_context.flush_buffers()
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what it is ------------------------------------------------------------------------------

    @property
    def demuxer(self) -> str:
        name: str = self._container.format.name
        return name

    @property
    def format(self) -> ContainerFormat | None:
        """None: an accepted demuxer, but not one for videos."""
        return format_of(self.demuxer, self.codec)

    @property
    def codec(self) -> str:
        """Of the pictures: `av1` whichever decoder reads it."""
        name: str = self.stream.codec_context.codec.canonical_name
        return name

    @property
    def tags(self) -> dict[str, str]:
        """Metadata of the container."""
        return dict(self._container.metadata)

    @property
    def is_raw(self) -> bool:
        """A bare stream of a codec, without timestamps."""
        return self.format is not None and self.format.is_raw

    @property
    def stated_duration_s(self) -> float | None:
        """How long the header says it is; None: it does not say."""
        if self._is_unfinished:
            return None
        if self.stream.duration is not None:
            return float(self.stream.duration * self.time_base)
        return self.header_duration_s

    @property
    def _is_unfinished(self) -> bool:
        """Whether its header was not completed at the end: fragmented MP4, or AVI of a size that is not known."""
        if self.demuxer == AVI:
            with opened(self.path) as file:
                return file.read(8)[4:] in UNKNOWN_SIZE
        return self.demuxer == MP4 and not self.stream.frames

    @property
    def header_duration_s(self) -> float | None:
        """How long the header of the whole file says it is; None: it does not say."""
        return self._container.duration / av.time_base if self._container.duration else None

    def skip_unreferenced(self) -> None:
        """From now on do not decode frames that no other frame depends on; not where frames are counted."""
        if not self.is_in_decoding_order and not any(segment.is_counted for segment in self.clock.segments):
            self._skip_frame = "NONREF"
            self.stream.codec_context.skip_frame = self._skip_frame

    @property
    def video_streams(self) -> Sequence[Any]:
        """Those with moving pictures."""
        return [stream for stream in self._container.streams.video if not stream.disposition & COVER]

    @property
    def sample_aspect(self) -> Fraction | None:
        """How many times as wide as high a stored pixel is; None: the file does not say."""
        return self.stream.sample_aspect_ratio or self.stream.codec_context.sample_aspect_ratio or None

    def last_packet_s(self) -> float:
        """Where the last packet of any stream ends, on the file's own clock. Reads the whole file."""
        with open_container(self.path) as container:
            ends = (
                float((packet.pts + (packet.duration or 0)) * packet.time_base)
                for packet in packets_of(container, None)
                if packet.pts is not None
            )
            return max(ends, default=0.0)

    def display_of(self, raw: av.VideoFrame) -> Display:
        """The display of the whole video from its first decoded frame."""
        matrix = raw.side_data.get(SideData.DISPLAYMATRIX)
        return Display.of(raw.width, raw.height, self.sample_aspect, bytes(matrix) if matrix is not None else None)

    @cached_property
    def display(self) -> Display:
        """From the first frame that can be decoded; `VideoUnusable` where none can."""
        version = self.path, self.clock_key, self.max_pixels
        if (found := _displays.get(version)) is None:
            found = _displays[version] = self._first_display()
            for old in list(_displays)[:-DISPLAYS_KEPT]:  # a list: other threads may change it
                _displays.pop(old, None)
        return found

    def _first_display(self) -> Display:
        if not self._is_at_start:  # it keeps its place
            with VideoFile(self.path, max_pixels=self.max_pixels) as other:
                return other._first_display()
        self._is_at_start = False
        for raw in self._decoded(self._packets()):
            return self.display_of(raw)
        raise VideoUnusable("none of its pictures can be decoded")

    @cached_property
    def clock(self) -> Clock:
        """The file's clock. Quick where it is kept beside the file, or where the file has an index of its packets."""
        return clock_of_file(self.path, self.clock_key)

    @property
    def clock_key(self) -> ClockKey:
        return ClockKey.of(self.path, self.stream.index, self.rate, is_raw=self.is_raw)

    @property
    def is_encrypted(self) -> bool:
        """Whether its pictures need a key; from the first packet."""
        with open_container(self.path) as container:
            first = next(packets_of(container, container.streams[self.stream.index]), None)
            return first is not None and first.has_sidedata("encryption_info")

    @property
    def is_in_decoding_order(self) -> bool:
        """Its timestamps are those of decoding; the frames get theirs in the order in which they are shown."""
        return is_in_decoding_order(self._container, self.stream)

    # --- reading ---------------------------------------------------------------------------------

    def frames(self, after: Place | None = None) -> Generator[TimedFrame, None, None]:
        """The frames after a place, or all, in the order of their times; each time is later than the one before.

        Frames whose timestamp does not grow are skipped, and so is what cannot be decoded, the same way every time.
        """
        self._undecodable = Undecodable()
        raws = self._decoded(self._sought(after.at)) if after and self._is_seekable else self._walked(after)
        try:
            yield from self._timed(raws, after)
        finally:
            self._undecodable.report(self.path)

    def time_of(self, place: Place) -> float:
        """Video time of the frame at a place."""
        return self._time_s(self.clock.segments[place.segment], place.at, place.first_pts)

    @cached_property
    def keyframe_times_s(self) -> tuple[float, ...]:
        """Video times of the keyframes that can be sought directly; empty where it takes reading to reach them."""
        if self.demuxer in BYTE_SEEKABLE:
            return self.clock.keyframe_times_s(self.time_base)
        start = self.stream.start_time
        if not self._is_seekable or start is None:
            return ()
        if self.demuxer == MP4:
            timestamps = keyframes_in_index(self.stream)
            start -= self._reordering(start - timestamps[0]) if timestamps else 0
        else:
            with open_container(self.path) as container:
                stream = container.streams[self.stream.index]
                container.seek(start, stream=stream)  # loads the index
                timestamps = keyframes_in_index(stream)
        ticks, unit = self.time_base.numerator, self.time_base.denominator  # fractions take a hundred times as long
        return tuple(sorted((timestamp - start) * ticks / unit for timestamp in timestamps))

    def _reordering(self, delay: int) -> int:
        """By how much the decoding times in an index are earlier than the times of the pictures.

        That of the first keyframe; 0 where it is longer than any codec's, because an edit list skips the beginning.
        """
        return delay if 0 < delay * self.time_base * self.rate <= DELAYED else 0

    def frames_from(self, time_s: float) -> Generator[TimedFrame, None, None]:
        """The frames from the keyframe at or before a time; in a segment without timestamps from its first."""
        packets, number, first_pts = self._packets_from(time_s)
        yield from self._timed(self._decoded(packets, number), None, first_pts)

    def keyframe_at(self, time_s: float) -> TimedFrame | None:
        """The frame at one of `keyframe_times_s`; nothing else is decoded.

        None where its packet alone does not make the whole frame: it may be damaged, or hold one of two fields.
        """
        packets, number, first_pts = self._packets_from(time_s)
        alone = chain(islice(packets, 1), self._flush())
        frame = next(self._timed(self._decoded(alone, number), None, first_pts), None)
        return None if frame is None or frame.raw.interlaced_frame else frame

    def _packets_from(self, time_s: float) -> tuple[Iterator[Any], int, int]:
        """The packets from the keyframe at or before a time, the number of the first, and the first timestamp."""
        start = self.stream.start_time
        if not self._is_seekable or start is None:
            number = self.clock.packet_at(max(0.0, time_s), self.time_base)
            return self._numbered(number), number, self.clock.origin
        return self._sought(start + round(max(0.0, time_s) / self.time_base)), 0, start

    def _flush(self) -> Iterator[Any]:
        """What ends a stream: the decoder gives the frames that it has."""
        packet = av.Packet()
        packet.stream = self.stream
        yield packet

    @property
    def _is_seekable(self) -> bool:
        """Whether a seek finds the keyframe before a timestamp: other formats guess, and may find a later one."""
        return self.clock.is_sound and self.demuxer in SEEKABLE

    def _sought(self, pts: int) -> Iterator[Any]:
        """The packets from the keyframe at or before a timestamp."""
        self._is_at_start = False
        self._container.seek(pts, stream=self.stream, backward=True)
        yield from self._packets()

    def _walked(self, after: Place | None) -> Iterator[av.VideoFrame]:
        """From the last keyframe before a place."""
        number = self._packet_before(after) if after else 0
        yield from self._decoded(self._numbered(number), number)

    def _packet_before(self, place: Place) -> int:
        is_counted = self.clock.segments[place.segment].is_counted
        return self.clock.packet_before(place.segment, None if is_counted else place.at)

    def last_frames(self) -> Iterator[av.VideoFrame]:
        """The frames from the last keyframe on; none where nothing near the end can be decoded."""
        if self._is_seekable:
            start = self.stream.start_time or 0
            yield from self._decoded(self._sought(start + round(max(0.0, self.clock.end_s - TAIL_S) / self.time_base)))
        else:
            keyframes = self.clock.keyframes.packets
            number = int(keyframes[-1]) if len(keyframes) else 0
            yield from self._decoded(self._numbered(number), number)

    def _packets(self) -> Iterator[Any]:
        return packets_of(self._container, self.stream, with_flush=True)

    def _numbered(self, number: int) -> Iterator[Any]:
        """The packets from one on: at its offset where the format allows it, else by counting from the first."""
        position = self.clock.keyframes.position_of(number) if number and self.demuxer in BYTE_SEEKABLE else None
        if position is not None:
            self._is_at_start = False
            self._container.seek(position, unsupported_byte_offset=True)  # supported by these two
            packets = self._packets()
            first = next(packets, None)
            if first is not None and first.pos == position:
                yield from chain([first], packets)
                return
        self._rewind()
        yield from islice(self._packets(), number, None)

    def _decoded(self, packets: Iterable[Any], first_number: int = 0) -> Iterator[av.VideoFrame]:
        waiting: list[tuple[int, int]] = []  # timestamps of packets whose picture has not come yet, and their numbers
        for number, packet in zip(count(first_number), packets, strict=False):
            packet.opaque = number
            if self.is_in_decoding_order and packet.dts is not None:
                heappush(waiting, (packet.dts, number))
            for raw in frames_of(packet, self._undecodable):
                if waiting:
                    raw.pts = _next_pts(waiting, raw)
                yield raw

    def _timed(
        self, raws: Iterator[av.VideoFrame], after: Place | None, first_pts: int | None = None
    ) -> Generator[TimedFrame, None, None]:
        segments = self.clock.segments
        if not segments:
            return
        reached = (after.segment, after.at) if after else (-1, 0)
        first = after.first_pts if after else first_pts
        counted: dict[int, int] = {}
        number, at = 0, None
        for raw in raws:
            if len(segments) > 1 and raw.opaque is not None:
                number = max(number, self.clock.segment_of(raw.opaque))
            segment = segments[number]
            counted[number] = counted.get(number, -1) + 1
            at = counted[number] if segment.is_counted else self._pts_of(raw, at)
            if at is None or (number, at) <= reached:
                continue
            if first is None:
                first = 0 if segments[0].is_counted else at
            reached = (number, at)
            yield TimedFrame(raw, self._time_s(segment, at, first), Place(number, at, first))

    def _pts_of(self, raw: av.VideoFrame, before: int | None) -> int | None:
        """Of a frame without a timestamp that of the frame before and one step: a packet may contain two frames."""
        if raw.pts is not None or before is None:
            pts: int | None = raw.pts
            return pts
        return before + round(1 / (self.rate * self.time_base))

    def _time_s(self, segment: Segment, at: int, first_pts: int) -> float:
        if segment.is_counted:
            return segment.start_s + float(at / self.rate)
        return float((at - first_pts + segment.shift) * self.time_base)


_displays: dict[tuple[Path, ClockKey, int], Display] = {}
"""Of the newest files, by path, version and limit: each costs decoding the beginning of a file."""


def _next_pts(waiting: list[tuple[int, int]], raw: av.VideoFrame) -> int:
    """The least timestamp that waits: pictures come in the order in which they are shown.

    Of a picture that could not be decoded the timestamp is forgotten when it is older than the decoder's delay.
    """
    oldest = (raw.opaque if raw.opaque is not None else 0) - DELAYED
    while len(waiting) > 1 and waiting[0][1] < oldest:
        heappop(waiting)
    return heappop(waiting)[0]
