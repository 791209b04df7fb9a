"""Joins recordings into one file without encoding again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from onwatch_media.container import AVI, REORDERED_CODECS, VideoUnusable, open_container, packets_of
from onwatch_media.display import Display
from onwatch_media.file import VideoFile


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
    rate: Fraction

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
                video.rate,
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
    if parts[0].codec in REORDERED_CODECS:
        return _copied(parts, target, "mpegts")
    return _copied(parts, target, "matroska")


def _check_fits(first: _Part, part: _Part) -> None:
    def refuse(what: str, found: object, expected: object) -> None:
        if found != expected:
            raise NotJoinable(part.path, f"{what} is {found}, not {expected}", first.path)

    refuse("its codec", part.codec, first.codec)
    refuse("its size", _size(part.display), _size(first.display))
    refuse("its rotation", part.display.orientation.turned_degrees, first.display.orientation.turned_degrees)
    if part.is_raw or first.is_raw:
        refuse("its container", part.demuxer, first.demuxer)
    elif part.codec not in REORDERED_CODECS and part.extradata != first.extradata:
        raise NotJoinable(part.path, "their codecs are set differently", first.path)
    for each in (first, part):
        if each.demuxer == AVI and each.codec in REORDERED_CODECS:
            raise NotJoinable(each.path, f"AVI stores no times for {each.codec}")
        if _needs_mark(each) and each.codec != "h264":
            raise NotJoinable(each.path, "the mark of its rotation would be lost")


def _size(display: Display) -> str:
    return f"{display.width} x {display.height}"


def _needs_mark(part: _Part) -> bool:
    return part.display.orientation.turned_degrees != 0 or part.display.orientation.is_reflected


def _concatenated(parts: Sequence[_Part], target: Path) -> tuple[Seam, ...]:
    seams, at_s = [], 0.0
    with target.open("wb") as out:
        for part in parts:
            seams.append(Seam(part.path, at_s))
            with part.path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    out.write(chunk)
            with VideoFile(part.path) as video:
                at_s += video.clock.end_s
    return tuple(seams)


def _copied(parts: Sequence[_Part], target: Path, muxer: str) -> tuple[Seam, ...]:
    seams, at = [], Fraction(0)
    with av.open(str(target), "w", format=muxer) as out:
        stream: Any = None
        for part in parts:
            seams.append(Seam(part.path, float(at)))
            with open_container(part.path) as container:
                source = container.streams[part.stream_index]
                stream = stream or out.add_stream_from_template(source)
                at = _append(out, stream, part, container, source, at)
    return tuple(seams)


def _append(out: Any, stream: Any, part: _Part, container: Any, source: Any, at: Fraction) -> Fraction:
    """Copy the packets of a recording to where the one before ended; returns its own end in seconds."""
    with VideoFile(part.path) as video:
        origin, end_s = video.clock.origin, video.clock.end_s
    shift = round(at / source.time_base) - origin
    decoding_times = _decoding_times(part)
    for packet in _filtered(part, container, source):
        if packet.pts is None:
            continue
        packet.pts += shift
        packet.dts = next(decoding_times) + shift
        packet.stream = stream
        out.mux(packet)
    return at + Fraction(end_s).limit_denominator(90_000)


def _decoding_times(part: _Part) -> Iterator[int]:
    """For each packet, from the presentation times: muxers refuse those that FFmpeg estimates for Matroska."""
    with open_container(part.path) as container:
        packets = packets_of(container, container.streams[part.stream_index])
        pts = [packet.pts for packet in packets if packet.pts is not None]
    in_order = sorted(pts)
    delay = max((time - pts for time, pts in zip(in_order, pts, strict=True)), default=0)
    return (time - delay for time in in_order)


def _filtered(part: _Part, container: Any, source: Any) -> Iterator[Any]:
    packets = packets_of(container, source)
    if part.codec not in REORDERED_CODECS:
        yield from packets
        return
    filters = av.bitstream.BitStreamFilterContext(_filters(part), source)
    for packet in packets:
        yield from filters.filter(packet)
    yield from filters.filter(None)


def _filters(part: _Part) -> str:
    """To a stream that carries its headers, its pixel aspect and its rotation in itself: every recording its own."""
    options = [f"sample_aspect_ratio={part.sample_aspect.numerator}/{part.sample_aspect.denominator}"]
    if _needs_mark(part):
        options += [f"rotate={360 - part.display.orientation.turned_degrees}", "display_orientation=insert"]
    return f"{part.codec}_mp4toannexb,{part.codec}_metadata={':'.join(options)}"
