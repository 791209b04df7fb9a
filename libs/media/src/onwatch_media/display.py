"""The picture as a player shows it: turned by the file's rotation mark, with square pixels, in one size."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

MAX_PIXELS = 36_000_000  # 8K; a slot holds a few pictures of 3 bytes a pixel

MAX_SIDE = 16_384  # of a picture that was widened

Picture = NDArray[np.uint8]
"""Height x width x 3, blue-green-red."""

Grey = NDArray[np.uint8]
"""Height x width."""


@dataclass(frozen=True)
class Orientation:
    """How stored rows and columns become those of the display: transposed first, then mirrored."""

    is_transposed: bool = False
    is_mirrored: bool = False
    """Left and right change places."""
    is_upside_down: bool = False

    @property
    def turned_degrees(self) -> int:
        """Clockwise, ignoring a mirrored picture; for people."""
        if self.is_transposed:
            return 90 if self.is_mirrored else 270
        return 180 if self.is_upside_down else 0

    @property
    def is_reflected(self) -> bool:
        """As in a mirror: no turn makes it from the stored picture."""
        return self.is_transposed ^ self.is_mirrored ^ self.is_upside_down

    def applied(self, picture: Picture) -> Picture:
        if self.is_transposed:
            picture = picture.swapaxes(0, 1)
        if self.is_mirrored:
            picture = picture[:, ::-1]
        if self.is_upside_down:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)


def orientation_of(matrix: bytes | None) -> Orientation:
    """From a display matrix (FFmpeg's `AV_PKT_DATA_DISPLAYMATRIX`: nine 32-bit numbers); None: as it is stored.

    Only quarter turns and mirrors are applied; of anything else the nearest quarter turn.
    """
    if matrix is None:
        return Orientation()
    a, b, _, c, d = struct.unpack("=9i", matrix)[:5]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(is_transposed=False, is_mirrored=a < 0, is_upside_down=d < 0)
    return Orientation(is_transposed=True, is_mirrored=c < 0, is_upside_down=b < 0)


def _bounded(width: Fraction, height: int) -> tuple[int, int]:
    """In whole pixels, and no more than are decoded of any picture: a mark of some bytes can ask for any number."""
    shrunk = min(1.0, math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / max(float(width), height))
    if shrunk == 1:
        return max(1, round(width)), height
    return max(1, int(width * shrunk)), max(1, int(height * shrunk))


@dataclass(frozen=True)
class Display:
    """The size and orientation in which every picture of a video is shown."""

    width: int
    height: int
    orientation: Orientation = Orientation()

    @classmethod
    def of(cls, width: int, height: int, sample_aspect: Fraction | None, matrix: bytes | None) -> Display:
        """For pictures stored in this size, whose pixels are `sample_aspect` times as wide as they are high."""
        orientation = orientation_of(matrix)
        if sample_aspect and sample_aspect != 1:
            width, height = _bounded(width * sample_aspect, height)
        if orientation.is_transposed:
            width, height = height, width
        return cls(width, height, orientation)

    def scaled_to(self, max_width: int) -> Display:
        """The same display, at most so wide."""
        if self.width <= max_width:
            return self
        return replace(self, width=max_width, height=max(1, round(self.height * max_width / self.width)))

    def picture(self, raw: Any) -> Picture:
        """A decoded frame (`av.VideoFrame`) as it is shown. A frame of another size is scaled to this one."""
        width, height = self.width, self.height
        if self.orientation.is_transposed:
            width, height = height, width
        if (raw.width, raw.height) != (width, height):
            raw = raw.reformat(width=width, height=height, format="bgr24")
        picture: Picture = raw.to_ndarray(format="bgr24")
        return picture if self.orientation == Orientation() else self.orientation.applied(picture)

    def write(self, raw: Any, target: Picture) -> None:
        """The same picture into an array of its shape. Copied once, where `picture` and a copy of it are two copies."""
        if self.orientation != Orientation():
            np.copyto(target, self.picture(raw))
            return
        plane = raw.reformat(width=self.width, height=self.height, format="bgr24").planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(self.height, plane.line_size)
        np.copyto(target.reshape(self.height, -1), rows[:, : 3 * self.width])


def grey_copy(raw: Any, side: int) -> Grey:
    """A decoded frame in grey as it is stored, its longer side so many pixels, each the mean of what it covers."""
    scale = side / max(raw.width, raw.height)
    width, height = (max(1, round(scale * length)) for length in (raw.width, raw.height))
    luma = raw.format.components[0]
    if scale <= 1 and raw.format.is_planar and luma.is_luma and luma.bits == 8:
        return _means(_rows(raw)[:, : raw.width], width, height)
    grey: Grey = raw.reformat(width, height, "gray8", interpolation=Interpolation.AREA).to_ndarray()
    return grey


def _rows(raw: Any) -> Grey:
    """The first plane, not copied, with the bytes that pad its lines."""
    plane = raw.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: raw.height]


def _means(grey: Grey, width: int, height: int) -> Grey:
    """Scaled down by whole rows and columns."""
    tops = np.arange(height + 1) * grey.shape[0] // height
    lefts = np.arange(width) * grey.shape[1] // width
    # Sums of up to 257 rows have 16 bits, which are added twice as fast as 32.
    bands = np.empty((height, grey.shape[1]), np.uint16 if grey.shape[0] <= 256 * height else np.uint32)
    for band, (top, bottom) in zip(bands, pairwise(tops.tolist()), strict=True):
        np.add.reduce(grey[top:bottom], axis=0, dtype=bands.dtype, out=band)
    sums = np.add.reduceat(bands, lefts, axis=1, dtype=np.uint32)
    counts = np.diff(tops)[:, None] * np.diff(lefts, append=grey.shape[1])
    means: Grey = (sums // counts).astype(np.uint8)
    return means
