"""Reads the clock of a video: from the file beside it, from its index, or from every packet.

An index is enough where it proves the clock to be sound.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np

from onwatch_media.clock import LONGEST_GAP_S, Clock, Keyframes, Packet, Segment, clock_of, is_steady
from onwatch_media.clock_file import ClockKey, kept_clock
from onwatch_media.container import MATROSKA, MP4, is_in_decoding_order, open_container, packets_of

READ_WHOLE_S = 600.0  # an index of keyframes is trusted for longer files only; of shorter ones each packet is read
CLOCKS_KEPT = 16  # a worker opens the same file for several purposes, and again to resume
REORDERED = 64  # packets from which the first time is taken: more than any codec reorders


@lru_cache(maxsize=CLOCKS_KEPT)
def clock_of_file(path: Path, key: ClockKey) -> Clock:
    return kept_clock(path, key) or read_clock(path, key)


def read_clock(path: Path, key: ClockKey) -> Clock:
    """From the video itself."""
    with open_container(path) as container:
        stream = container.streams[key.stream_index]
        if found := indexed_clock(container, stream, key.rate):
            return found
    with open_container(path) as container:
        stream = container.streams[key.stream_index]
        packets = packets_of(container, stream)
        time_base = stream.time_base or Fraction(1, 90_000)
        packet_of = _counted if key.is_raw else _ordered if is_in_decoding_order(container, stream) else _timed
        return clock_of(map(packet_of, packets), time_base, key.rate)


def indexed_clock(container: Any, stream: Any, rate: Fraction) -> Clock | None:
    """The clock of a file that has an index and a sound clock; None: it has to be read."""
    first = min((p.pts for p in islice(packets_of(container, stream), REORDERED) if p.pts is not None), default=None)
    last_time = _last_indexed_time(container, stream, rate)
    if first is None or last_time is None:
        return None
    container.seek(last_time, stream=stream, backward=True)
    last = max((p for p in packets_of(container, stream) if p.pts is not None), key=lambda p: p.pts, default=None)
    if last is None:
        return None
    lasts_s = last.duration * stream.time_base if last.duration else 1 / rate
    end_s = float((last.pts - first) * stream.time_base + lasts_s)
    return Clock((Segment(0, 0, False, 0.0, 0.0),), end_s, first, Keyframes.none())


def _last_indexed_time(container: Any, stream: Any, rate: Fraction) -> int | None:
    """The last timestamp in an index that proves the clock to be sound."""
    if container.format.name == MP4:
        return _last_packet_time(stream, rate)
    return _last_keyframe_time(container, stream) if container.format.name == MATROSKA else None


def _last_packet_time(stream: Any, rate: Fraction) -> int | None:
    """From an index of all packets; None where their times are not steady."""
    times = np.fromiter((entry.timestamp for entry in stream.index_entries), np.int64)
    return int(times[-1]) if len(times) and is_steady(times, stream.time_base, rate) else None


def _last_keyframe_time(container: Any, stream: Any) -> int | None:
    """From an index of keyframes; None where it is short, or keyframes lie too far apart to show every jump.

    FFmpeg sorts it by time: where the clock steps back, the offsets of their clusters do.
    """
    if (container.duration or 0) / av.time_base < READ_WHOLE_S:
        return None
    container.seek(0, stream=stream)  # loads the index
    entries = [(entry.timestamp, entry.pos) for entry in stream.index_entries if entry.is_keyframe]
    steps = np.diff(np.array(entries, np.int64).reshape(-1, 2), axis=0)
    if not len(steps) or steps[:, 0].min() <= 0 or steps[:, 1].min() < 0:
        return None
    longest_s = float(steps[:, 0].max() * stream.time_base)
    missing_s = container.duration / av.time_base - float((entries[-1][0] - entries[0][0]) * stream.time_base)
    return entries[-1][0] if max(longest_s, missing_s) <= LONGEST_GAP_S else None


def _timed(packet: Any) -> Packet:
    return Packet(packet.pts, packet.dts, packet.is_keyframe, packet.duration, packet.pos)


def _ordered(packet: Any) -> Packet:
    return Packet(packet.dts, packet.dts, packet.is_keyframe, packet.duration, packet.pos)


def _counted(packet: Any) -> Packet:
    """Without its timestamps, which the demuxer assumed."""
    return Packet(None, None, packet.is_keyframe, packet.duration, packet.pos)
