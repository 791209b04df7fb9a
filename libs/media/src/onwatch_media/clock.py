"""Video time from the timestamps of a file, continuous whatever the file's clock does. Rules without I/O.

A file's clock may start anywhere, restart where recordings were joined, jump where a recorder was set to another time,
stand still or be missing. Video time starts at 0 with the first picture and only grows: each stretch in which the
clock is sound is a `Segment`, and the next segment continues where the one before ended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

LONGEST_GAP_S = 10.0  # a longer step forward is a clock that was set, not a picture that lasted
LONGEST_GAP_STEPS = 20  # unless pictures are that far apart: a time lapse of one picture a minute
TYPICAL_STEPS = 500  # from which the typical step is taken: enough, however long the file is
SLACK_FRAMES = 3  # a decoding time may step back by this: some containers keep none, and FFmpeg estimates the first
SLACK_S = 0.5  # a presentation time may step back by this, where pictures are stored in decoding order


@dataclass(frozen=True)
class Packet:
    """What the clock needs to know of one packet of the stream, in units of the stream's time base."""

    pts: int | None
    """Presentation time."""
    dts: int | None
    """Decoding time, which never steps back within one recording."""
    is_keyframe: bool
    duration: int | None

    @property
    def is_timed(self) -> bool:
        return self.pts is not None or self.dts is not None


@dataclass(frozen=True)
class Segment:
    """Packets from `first_packet` on, up to the next segment, whose clock is sound or missing."""

    first_packet: int
    shift: int
    """Added to a timestamp in it, in units of the time base, so that the segment continues the one before."""
    is_counted: bool
    """Without usable timestamps: pictures are counted, at the video's rate."""
    start_s: float
    """Video time of its first picture."""
    jump_s: float
    """By how much the file's clock jumped where it begins; 0 for the first one."""


@dataclass(frozen=True)
class Keyframe:
    """A packet from which decoding can begin."""

    packet: int
    """Its number in the file."""
    pts: int | None


@dataclass(frozen=True)
class Clock:
    """The segments of a file in order, and where its video time ends."""

    segments: tuple[Segment, ...]
    end_s: float
    """Video time at which the last picture ends."""
    origin: int
    """The least timestamp of the first segment; 0 where that is counted."""
    keyframes: tuple[Keyframe, ...]
    """Empty where they are found by seeking: in a file with one sound segment."""

    @property
    def is_sound(self) -> bool:
        """One segment with timestamps: its pictures are found by seeking to a timestamp."""
        return len(self.segments) == 1 and not self.segments[0].is_counted

    def segment_of(self, packet: int) -> int:
        """Number of the segment that a packet belongs to."""
        return bisect_right(self.segments, packet, key=lambda segment: segment.first_packet) - 1

    def packet_before(self, segment: int, pts: int | None) -> int:
        """Number of the last keyframe packet from which a timestamp of a segment is reached; None: its first frame."""
        first = self.segments[segment].first_packet
        last = self.segments[segment + 1].first_packet if segment + 1 < len(self.segments) else None
        found = 0
        for keyframe in self.keyframes:
            if last is not None and keyframe.packet >= last:
                break
            is_before = keyframe.packet <= first
            if is_before or (pts is not None and keyframe.pts is not None and keyframe.pts <= pts):
                found = keyframe.packet
        return found


def clock_of(packets: Sequence[Packet], time_base: Fraction, rate: Fraction) -> Clock:
    """The clock of a file from all packets of its video stream, in the order of the file.

    `rate`: pictures per second, used where there are no usable timestamps.
    """
    order_times = _order_times(packets)
    starts = [0, *_jumps(order_times, packets, time_base, rate)] if packets else []
    segments: list[Segment] = []
    end = Fraction(0)  # of what comes before, in seconds
    origin = 0
    for first, after in pairwise([*starts, len(packets)]):
        part = packets[first:after]
        times = [packet.pts for packet in part if packet.pts is not None]
        is_counted = len(set(times)) * 2 <= len(part)
        if is_counted:
            segments.append(Segment(first, 0, True, float(end), _jump_s(order_times, first, time_base)))
            end += Fraction(len(part)) / rate
            continue
        if not segments:
            origin = min(times)
        start_ticks = round(end / time_base)
        shift = 0 if not segments else start_ticks - (min(times) - origin)
        segments.append(Segment(first, shift, False, float(end), _jump_s(order_times, first, time_base)))
        last = max(part, key=lambda packet: packet.pts if packet.pts is not None else min(times))
        lasts_s = last.duration * time_base if last.duration else 1 / rate
        end = ((last.pts or 0) - origin + shift) * time_base + lasts_s
    keyframes = tuple(Keyframe(number, packet.pts) for number, packet in enumerate(packets) if packet.is_keyframe)
    return Clock(tuple(segments), float(end), origin, keyframes)


def is_steady(times: NDArray[np.int64], time_base: Fraction, rate: Fraction) -> bool:
    """Whether decoding times, one for each packet, grow from packet to packet and never jump."""
    steps = np.diff(times)
    if not len(steps):
        return True
    return bool(steps.min() > 0) and float(steps.max() * time_base) <= longest_step_s(
        float(np.median(steps[:TYPICAL_STEPS]) * float(time_base)) or float(1 / rate)
    )


def longest_step_s(typical_step_s: float) -> float:
    """The longest step forward that is a pause between pictures and not a jump of the clock."""
    return max(LONGEST_GAP_S, LONGEST_GAP_STEPS * typical_step_s)


def _jumps(
    times: Sequence[int | None], packets: Sequence[Packet], time_base: Fraction, rate: Fraction
) -> Iterator[int]:
    """Numbers of the packets at which the clock jumps, starts or ends to be there. `times`: of `_order_times`."""
    frame_s = float(1 / rate)
    longest_s = longest_step_s(_typical_step_s(times, time_base, frame_s))
    is_by_dts = _has_dts(packets)
    back_s = SLACK_FRAMES * frame_s if is_by_dts else SLACK_S
    last: int | None = None
    was_timed: bool | None = None
    for number, (packet, now) in enumerate(zip(packets, times, strict=True)):
        is_timed = packet.is_timed
        if was_timed is not None and is_timed != was_timed and _is_lasting(packets, number, is_timed):
            last, was_timed = now, is_timed
            yield number
            continue
        was_timed = is_timed if was_timed is None else was_timed
        if now is None:
            continue
        if last is not None and not -back_s <= float((now - last) * time_base) <= longest_s:
            if _returns(times, number, last, longest_s, time_base):
                continue  # one wrong timestamp
            yield number
        last = now


def _order_times(packets: Sequence[Packet]) -> list[int | None]:
    """The times by which packets are in order: decoding times where most have one, else presentation times."""
    return [packet.dts for packet in packets] if _has_dts(packets) else [packet.pts for packet in packets]


def _has_dts(packets: Sequence[Packet]) -> bool:
    return sum(packet.dts is not None for packet in packets) * 2 > len(packets)


def _jump_s(times: Sequence[int | None], first: int, time_base: Fraction) -> float:
    before, now = (times[first - 1], times[first]) if first else (None, None)
    return 0.0 if before is None or now is None else float((now - before) * time_base)


def _is_lasting(packets: Sequence[Packet], number: int, is_timed: bool) -> bool:
    """Whether timestamps are there, or missing, for good from here on: the next packets agree."""
    following = packets[number : number + 3]
    return len(following) == 3 and all(packet.is_timed == is_timed for packet in following)


def _returns(times: Sequence[int | None], number: int, last: int, longest_s: float, time_base: Fraction) -> bool:
    """Whether the packet after a jump is back on the clock before it."""
    after = times[number + 1] if number + 1 < len(times) else None
    return after is not None and 0 < float((after - last) * time_base) <= longest_s


def _typical_step_s(times: Sequence[int | None], time_base: Fraction, default_s: float) -> float:
    known = [time for time in times[:TYPICAL_STEPS] if time is not None]
    steps = [float((b - a) * time_base) for a, b in pairwise(known) if b > a]
    return median(steps) if steps else default_s
