"""Joins recordings into one file without encoding again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from onwatch_media.container import REORDERED_CODECS, VideoUnusable, open_container, packets_of
from onwatch_media.display import Display, Orientation
from onwatch_media.file import VideoFile
from onwatch_media.opening import opened


class NotJoinable(VideoUnusable):
    """A recording differs too much from the first one, or cannot be joined at all; the text says why."""

    def __init__(self, file: Path, why: str, first: Path | None = None) -> None:
        self.file, self.why, self.first = file, why, first
        super().__init__(f"{file.name} cannot be joined{f' with {first.name}' if first else ''}: {why}")


@dataclass(frozen=True)
class Seam:
    """Where a recording begins in the joined file."""

    file: Path
    at_s: float


@dataclass(frozen=True)
class _Part:
    """What has to be equal in all recordings, and where the pictures are."""

    path: Path
    stream_index: int
    demuxer: str
    codec: str
    display: Display
    sample_aspect: Fraction
    is_raw: bool
    extradata: bytes

    @property
    def is_marked(self) -> bool:
        """To be turned or mirrored."""
        return self.display.orientation != Orientation()

    @property
    def carries_headers(self) -> bool:
        """Its stream can carry headers, pixel aspect and rotation in itself, so that each recording keeps its own.

        The rotation of H.265 and mirroring stay in the container, as the marks of other codecs.
        """
        is_in_container = self.is_marked and (self.codec == "hevc" or self.display.orientation.is_reflected)
        return self.codec in REORDERED_CODECS and not is_in_container

    @property
    def muxer(self) -> str:
        if self.carries_headers:
            return "mpegts"
        return "mov" if self.is_marked else "matroska"

    @classmethod
    def of(cls, path: Path) -> _Part:
        with VideoFile(path) as video:
            return cls(
                path,
                video.stream.index,
                video.demuxer,
                video.codec,
                video.display,
                video.sample_aspect or Fraction(1),
                video.is_raw,
                video.stream.codec_context.extradata or b"",
            )


def join(files: Sequence[Path], target: Path) -> tuple[Seam, ...]:
    """Write the pictures of the files, one after the other, into one file; sound and the rest are left out.

    `VideoUnusable` for a file that is no video, `NotJoinable` for one that does not fit the first.
    """
    parts = [_Part.of(path) for path in files]
    for part in parts[1:]:
        _check_fits(parts[0], part)
    if parts[0].is_raw:
        return _concatenated(parts, target)
    seams = _copied(parts, target)
    with VideoFile(target) as video:
        is_kept = video.display == parts[0].display
    if not is_kept:
        target.unlink()
        raise NotJoinable(files[0], "how its pictures are turned cannot be kept")
    return seams


def _check_fits(first: _Part, part: _Part) -> None:
    def refuse(what: str, found: object, expected: object) -> None:
        if found != expected:
            raise NotJoinable(part.path, f"{what} is {found}, not {expected}", first.path)

    refuse("its codec", part.codec, first.codec)
    refuse("its size", _size(part.display), _size(first.display))
    refuse("its rotation", part.display.orientation.turned_degrees, first.display.orientation.turned_degrees)
    refuse("its mirroring", part.display.orientation.is_reflected, first.display.orientation.is_reflected)
    if part.is_raw or first.is_raw:
        refuse("its container", part.demuxer, first.demuxer)
    elif not part.carries_headers and part.extradata != first.extradata:
        raise NotJoinable(part.path, "their codecs are set differently", first.path)


def _size(display: Display) -> str:
    return f"{display.width} x {display.height}"


def _concatenated(parts: Sequence[_Part], target: Path) -> tuple[Seam, ...]:
    seams, at_s = [], 0.0
    with target.open("wb") as out:
        for part in parts:
            seams.append(Seam(part.path, at_s))
            with opened(part.path) as file:
                while chunk := file.read(1 << 20):
                    out.write(chunk)
            with VideoFile(part.path) as video:
                at_s += video.clock.end_s
    return tuple(seams)


def _copied(parts: Sequence[_Part], target: Path) -> tuple[Seam, ...]:
    seams, at = [], Fraction(0)
    with av.open(str(target), "w", format=parts[0].muxer) as out:
        stream: Any = None
        for part in parts:
            seams.append(Seam(part.path, float(at)))
            with open_container(part.path) as container:
                source = container.streams[part.stream_index]
                stream = stream or _stream(out, part, source)
                at = _append(out, stream, part, container, source, at)
    return tuple(seams)


def _stream(out: Any, part: _Part, source: Any) -> Any:
    try:
        return out.add_stream_from_template(source, opaque=True)  # no encoder is needed
    except ValueError:
        raise NotJoinable(part.path, f"no container for joined recordings takes its codec, {part.codec}") from None


def _append(out: Any, stream: Any, part: _Part, container: Any, source: Any, at: Fraction) -> Fraction:
    """Copy the packets of a recording to where the one before ended; returns its own end in seconds."""
    with VideoFile(part.path) as video:
        shown, end_s = _times_shown(video), video.clock.end_s
    begin = round(at / source.time_base)
    decoding_times = _decoding_times(shown)
    for packet in _filtered(part, _timed(packets_of(container, source), shown), source):
        packet.pts += begin
        packet.dts = next(decoding_times) + begin
        packet.stream = stream
        out.mux(packet)
    return at + Fraction(end_s).limit_denominator(90_000)


def _times_shown(video: VideoFile) -> list[int | None]:
    """For each packet, when its picture is shown in video time; None for pictures that are not shown.

    Where the file's own times are not usable, its pictures are decoded: they come in the order in which they are shown.
    """
    with open_container(video.path) as container:
        pts = [packet.pts for packet in packets_of(container, container.streams[video.stream.index])]
    if video.clock.is_sound and not video.is_in_decoding_order:
        return [None if time is None else time - video.clock.origin for time in pts]
    shown: list[int | None] = [None] * len(pts)
    for frame in video.frames():
        if frame.raw.opaque is not None:
            shown[frame.raw.opaque] = round(frame.time_s / video.time_base)
    return shown


def _timed(packets: Iterable[Any], shown: Sequence[int | None]) -> Iterator[Any]:
    for packet, time in zip(packets, shown, strict=True):
        if time is not None:
            packet.pts = time
            yield packet


def _decoding_times(shown: Sequence[int | None]) -> Iterator[int]:
    """For each packet, from the presentation times: muxers refuse those that FFmpeg estimates for Matroska."""
    times = [time for time in shown if time is not None]
    in_order = sorted(times)
    delay = max((time - shown_at for time, shown_at in zip(in_order, times, strict=True)), default=0)
    return (time - delay for time in in_order)


def _filtered(part: _Part, packets: Iterable[Any], source: Any) -> Iterator[Any]:
    if not part.carries_headers:
        yield from packets
        return
    filters = av.bitstream.BitStreamFilterContext(_filters(part), source)
    for packet in packets:
        yield from filters.filter(packet)
    yield from filters.filter(None)


def _filters(part: _Part) -> str:
    """To a stream that carries its headers, its pixel aspect and its mark in itself."""
    options = [f"sample_aspect_ratio={part.sample_aspect.numerator}/{part.sample_aspect.denominator}"]
    if part.is_marked:
        options += [f"rotate={360 - part.display.orientation.turned_degrees}", "display_orientation=insert"]
    return f"{part.codec}_mp4toannexb,{part.codec}_metadata={':'.join(options)}"
