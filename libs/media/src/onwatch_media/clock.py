"""Video time from the timestamps of a file, continuous whatever the file's clock does. Rules without I/O.

A file's clock may start anywhere, restart where recordings were joined, jump where a recorder was set to another time,
stand still or be missing. Video time starts at 0 with the first picture and only grows: each stretch in which the
clock is sound is a `Segment`, and the next segment continues where the one before ended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST_GAP_S = 10.0  # a longer step forward is a clock that was set, not a picture that lasted
LONGEST_GAP_STEPS = 20  # unless pictures are that far apart: a time lapse of one picture a minute
TYPICAL_STEPS = 500  # from which the typical step is taken: enough, however long the file is
DELAYED = 16  # packets by which estimated decoding times may lag; what H.264 and HEVC hold back at most
SHORTEST_LAST = 10  # a last picture that is stated to last less than a tenth of the others lasts as long as they do
SLACK_FRAMES = 3  # a decoding time may step back by this: some containers keep none, and FFmpeg estimates the first
SLACK_S = 0.5  # a presentation time may step back by this, where pictures are stored in decoding order


NONE = np.iinfo(np.int64).min  # a missing timestamp; FFmpeg's AV_NOPTS_VALUE


class Packet(NamedTuple):
    """What the clock needs to know of one packet of the stream, in units of the stream's time base."""

    pts: int | None
    """Presentation time."""
    dts: int | None
    """Decoding time, which never steps back within one recording."""
    is_keyframe: bool
    duration: int | None
    position: int | None = None
    """Offset of its first byte in the file."""

    @property
    def is_timed(self) -> bool:
        return self.pts is not None or self.dts is not None


class PacketTable:
    """The packets of a stream in the order of the file, as arrays: an hour has 90,000, and a day two million."""

    def __init__(self, packets: Iterable[Packet]) -> None:
        kind = np.dtype([("pts", "i8"), ("dts", "i8"), ("is_keyframe", "?"), ("duration", "i8"), ("position", "i8")])
        table = np.fromiter((_row(packet) for packet in packets), kind)
        self.pts: NDArray[np.int64] = table["pts"]
        self.dts: NDArray[np.int64] = table["dts"]
        self.is_keyframe: NDArray[np.bool_] = table["is_keyframe"]
        self.duration: NDArray[np.int64] = table["duration"]
        self.position: NDArray[np.int64] = table["position"]

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def is_timed(self) -> NDArray[np.bool_]:
        timed: NDArray[np.bool_] = (self.pts != NONE) | (self.dts != NONE)
        return timed

    @property
    def has_dts(self) -> bool:
        return bool((self.dts != NONE).sum() * 2 > len(self))

    @property
    def order_times(self) -> NDArray[np.int64]:
        """The times by which packets are in order: decoding times where most have one, else presentation times."""
        return self.dts if self.has_dts else self.pts


def _row(packet: Packet) -> tuple[int, int, bool, int, int]:
    pts, dts, is_keyframe, duration, position = packet
    return (
        NONE if pts is None else pts,
        NONE if dts is None else dts,
        is_keyframe,
        duration or 0,
        -1 if position is None else position,
    )


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
class Keyframes:
    """The packets from which decoding can begin, in the order of the file."""

    packets: NDArray[np.int64]
    """Their numbers in the file."""
    pts: NDArray[np.int64]
    positions: NDArray[np.int64]
    """Offsets in bytes; -1 where unknown."""

    @classmethod
    def of(cls, table: PacketTable) -> Keyframes:
        numbers = np.flatnonzero(table.is_keyframe)
        return cls(numbers, table.pts[numbers], table.position[numbers])

    @classmethod
    def none(cls) -> Keyframes:
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty)

    def position_of(self, packet: int) -> int | None:
        """Offset of a keyframe's packet."""
        found = int(np.searchsorted(self.packets, packet))
        is_there = found < len(self.packets) and self.packets[found] == packet and self.positions[found] >= 0
        return int(self.positions[found]) if is_there else None


@dataclass(frozen=True)
class Clock:
    """The segments of a file in order, and where its video time ends."""

    segments: tuple[Segment, ...]
    end_s: float
    """Video time at which the last picture ends."""
    origin: int
    """The least timestamp of the first segment; 0 where that is counted."""
    keyframes: Keyframes
    """None where they are found by seeking: in a file with one sound segment."""

    @property
    def is_sound(self) -> bool:
        """One segment with timestamps: its pictures are found by seeking to a timestamp."""
        return len(self.segments) == 1 and not self.segments[0].is_counted

    def segment_of(self, packet: int) -> int:
        """Number of the segment that a packet belongs to."""
        return bisect_right(self.segments, packet, key=lambda segment: segment.first_packet) - 1

    def packet_at(self, time_s: float, time_base: Fraction) -> int:
        """Number of the last keyframe packet from which the frame at a video time is reached."""
        if not self.segments:
            return 0
        number = max(0, bisect_right(self.segments, time_s, key=lambda segment: segment.start_s) - 1)
        segment = self.segments[number]
        if segment.is_counted:
            return self.packet_before(number, None)
        return self.packet_before(number, round(time_s / time_base) + self.origin - segment.shift)

    def keyframe_times_s(self, time_base: Fraction) -> tuple[float, ...]:
        """Of all keyframes with timestamp and offset; none where frames are counted."""
        if any(segment.is_counted for segment in self.segments) or not self.segments:
            return ()
        firsts = np.array([segment.first_packet for segment in self.segments])
        shifts = np.array([segment.shift for segment in self.segments])
        known = (self.keyframes.pts != NONE) & (self.keyframes.positions >= 0)
        shift = shifts[np.searchsorted(firsts, self.keyframes.packets[known], side="right") - 1]
        times = (self.keyframes.pts[known] - self.origin + shift) * float(time_base)
        return tuple(sorted(times.tolist()))

    def packet_before(self, segment: int, pts: int | None) -> int:
        """Number of the last keyframe packet from which a timestamp of a segment is reached; None: its first frame."""
        numbers = self.keyframes.packets
        first = self.segments[segment].first_packet
        is_usable = numbers <= first
        if pts is not None:
            is_usable |= (self.keyframes.pts != NONE) & (self.keyframes.pts <= pts)
        if segment + 1 < len(self.segments):
            is_usable &= numbers < self.segments[segment + 1].first_packet
        usable = numbers[is_usable]
        return int(usable[-1]) if len(usable) else 0


def clock_of(packets: Iterable[Packet], time_base: Fraction, rate: Fraction) -> Clock:
    """The clock of a file from all packets of its video stream, in the order of the file.

    `rate`: pictures per second, used where there are no usable timestamps.
    """
    table = PacketTable(packets)
    jumps = {0: 0} | dict(_jumps(table, time_base, rate)) if len(table) else {}
    segments: list[Segment] = []
    end = Fraction(0)  # of what comes before, in seconds
    origin = 0
    for first, after in pairwise([*jumps, len(table)]):
        pts = table.pts[first:after]
        times = pts[pts != NONE]
        jump_s = float(jumps[first] * time_base)
        if len(np.unique(times)) * 2 <= len(pts):
            segments.append(Segment(first, 0, True, float(end), jump_s))
            end += Fraction(len(pts)) / rate
            continue
        begins = int(times.min())
        if not segments:
            origin = begins
        shift = round(end / time_base) - (begins - origin) if segments else 0
        segments.append(Segment(first, shift, False, float(end), jump_s))
        last = first + int(pts.argmax())
        typical_s = _typical_step_s(table.order_times[first:after], time_base, float(1 / rate))
        lasts_s = last_duration_s(int(table.duration[last]) * time_base, Fraction(typical_s), has_jumps=len(jumps) > 1)
        end = (int(table.pts[last]) - origin + shift) * time_base + lasts_s
    return Clock(tuple(segments), float(end), origin, Keyframes.of(table))


def last_duration_s(stated_s: Fraction, typical_s: Fraction, *, has_jumps: bool) -> Fraction:
    """How long the last picture of a segment lasts: as stated, unless that is nothing, a tick of a much finer clock, or
    as long as a jump where the clock jumps.
    """
    is_tick = stated_s * SHORTEST_LAST < typical_s
    is_jump = has_jumps and stated_s > longest_step_s(float(typical_s))
    return typical_s if is_tick or is_jump else stated_s


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


def _jumps(table: PacketTable, time_base: Fraction, rate: Fraction) -> Iterator[tuple[int, int]]:
    """Numbers of the packets at which the clock jumps, starts or ends to be there, and by how much it jumps."""
    typical_s = _typical_step_s(table.order_times, time_base, float(1 / rate))
    frame_s = min(typical_s, float(1 / rate))  # an average rate is wrong where the clock jumps
    longest_s = longest_step_s(typical_s)
    back_s = SLACK_FRAMES * frame_s if table.has_dts else max(SLACK_S, SLACK_FRAMES * frame_s)
    if _never_jumps(table.order_times, float(time_base), back_s, longest_s):
        return
    times, timed = _optional(table.order_times), table.is_timed.tolist()
    last: int | None = None
    was_timed: bool | None = None
    for number, (is_timed, now) in enumerate(zip(timed, times, strict=True)):
        if was_timed is not None and is_timed != was_timed and _is_lasting(timed, number, is_timed):
            last, was_timed = now, is_timed
            yield number, 0
            continue
        was_timed = is_timed if was_timed is None else was_timed
        if now is None:
            continue
        if last is not None and not -back_s <= float((now - last) * time_base) <= longest_s:
            if _returns(times, number, last, longest_s, time_base):
                continue  # one wrong timestamp
            yield _first_after(table, number, now - last), now - last
        last = now


def _first_after(table: PacketTable, number: int, jump: int) -> int:
    """The first packet after a jump of the decoding times: where these are estimated, they follow with a delay."""
    first = number
    for before in range(number - 1, max(0, number - DELAYED), -1):
        pts, dts = table.pts[before], table.dts[before]
        if NONE in (pts, dts) or (int(pts) - int(dts)) * (1 if jump > 0 else -1) * 2 < abs(jump):
            break
        first = before
    return first


def _never_jumps(times: NDArray[np.int64], time_base: float, back_s: float, longest_s: float) -> bool:
    """The usual case, in a hundredth of the time: every packet has a timestamp, and none is out of order."""
    if (times == NONE).any():
        return False
    steps_s = np.diff(times) * time_base
    return not len(steps_s) or bool(-back_s <= steps_s.min() and steps_s.max() <= longest_s)


def _optional(times: NDArray[np.int64]) -> list[int | None]:
    return [None if time == NONE else time for time in times.tolist()]


def _is_lasting(timed: Sequence[bool], number: int, is_timed: bool) -> bool:
    """Whether timestamps are there, or missing, for good from here on: the next packets agree."""
    return timed[number : number + 3] == [is_timed] * 3


def _returns(times: Sequence[int | None], number: int, last: int, longest_s: float, time_base: Fraction) -> bool:
    """Whether the packet after a jump is back on the clock before it."""
    after = times[number + 1] if number + 1 < len(times) else None
    return after is not None and 0 < float((after - last) * time_base) <= longest_s


def _typical_step_s(times: NDArray[np.int64], time_base: Fraction, default_s: float) -> float:
    known = [time for time in _optional(times[:TYPICAL_STEPS]) if time is not None]
    steps = [float((b - a) * time_base) for a, b in pairwise(known) if b > a]
    return median(steps) if steps else default_s
