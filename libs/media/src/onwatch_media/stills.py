"""Pictures of a video at given moments, whole or a part of them, as JPEG. Blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from onwatch_media.display import MAX_PIXELS, Picture
from onwatch_media.file import VideoFile
from onwatch_media.thumbnail import encode_jpeg

SAME_PICTURE_S = 0.001
"""Times in addresses are rounded; pictures are further apart."""
READ_ON_S = 2.0
"""To a moment this much later the decoder goes on; seeking costs the way from a keyframe, mostly as long."""
LEAST_SIDE = 2  # of a part, in pixels


@dataclass(frozen=True)
class StillOrder:
    """The picture that is shown at a moment."""

    at_s: float
    max_width: int
    """A part is never enlarged."""
    box: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom as fractions of the picture; None: all of it."""


def make_stills(
    path: Path, orders: Sequence[StillOrder], *, counted_rate: float | None = None, max_pixels: int = MAX_PIXELS
) -> dict[StillOrder, bytes]:
    """A JPEG for each order; after the end that of the last picture. Without those for which nothing can be decoded."""
    made: dict[StillOrder, bytes] = {}
    for group in _groups(sorted(orders, key=lambda order: order.at_s)):
        with VideoFile(path, counted_rate=counted_rate, max_pixels=max_pixels) as video:
            display = video.display  # first: it decodes the beginning in this container
            for order, raw in _shown(video, group):
                if order.box is None:
                    made[order] = encode_jpeg(display.scaled_to(order.max_width).picture(raw))
                else:
                    made[order] = encode_jpeg(_scaled(part_of(display.picture(raw), order.box), order.max_width))
    return made


def _groups(orders: Sequence[StillOrder]) -> Iterator[list[StillOrder]]:
    """Orders that are decoded in one go."""
    if not orders:
        return
    group = [orders[0]]
    for before, order in pairwise(orders):
        if order.at_s - before.at_s > READ_ON_S:
            yield group
            group = []
        group.append(order)
    yield group


def _shown(video: VideoFile, group: Sequence[StillOrder]) -> Iterator[tuple[StillOrder, Any]]:
    """Each order with the decoded frame that is shown at its time."""
    waiting = list(group)
    shown: Any = None
    for frame in video.frames_from(group[0].at_s):
        while waiting and shown is not None and frame.time_s > waiting[0].at_s + SAME_PICTURE_S:
            yield waiting.pop(0), shown
        shown = frame.raw
        while waiting and abs(frame.time_s - waiting[0].at_s) <= SAME_PICTURE_S:
            yield waiting.pop(0), shown
        if not waiting:
            return
    if shown is not None:
        for order in waiting:
            yield order, shown


def part_of(picture: Picture, box: tuple[float, float, float, float]) -> Picture:
    """The pixels of a box; at least a few, wherever it is."""
    height, width = picture.shape[:2]
    left, right = _span(box[0], box[2], width)
    top, bottom = _span(box[1], box[3], height)
    return picture[top:bottom, left:right]


def _span(start: float, end: float, length: int) -> tuple[int, int]:
    first = min(max(0, int(start * length)), max(0, length - LEAST_SIDE))
    return first, max(min(length, round(end * length)), min(length, first + LEAST_SIDE))


def _scaled(picture: Picture, max_width: int) -> Picture:
    height, width = picture.shape[:2]
    if width <= max_width:
        return picture.copy()  # contiguous
    frame: Any = av.VideoFrame.from_ndarray(picture.copy(), format="bgr24")
    scaled: Picture = frame.reformat(max_width, max(LEAST_SIDE, round(height * max_width / width))).to_ndarray()
    return scaled
