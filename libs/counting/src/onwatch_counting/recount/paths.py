"""The rows of all vehicles, vehicle by vehicle: what the rules of zones and gates go along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import Anchor
from onwatch_counting.recount.table import LogTable
from onwatch_counting.recount.voyages import Voyage
from onwatch_geometry import Box, Point

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Anchors:
    """Where the vehicles are, for one kind of anchor."""

    def __init__(self, boxes: Floats, anchor: Anchor) -> None:
        left, top, right, bottom = boxes.T
        self.x: Floats = (left + right) / 2
        self.y: Floats = bottom if anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2

    def point(self, place: int) -> Point:
        return float(self.x[place]), float(self.y[place])


class Paths:
    """Rows of the log in the order of vehicles; a place is an index into them."""

    def __init__(self, table: LogTable, voyages: Sequence[Voyage]) -> None:
        rows = [voyage.rows for voyage in voyages]
        self.rows: Ints = np.concatenate([np.zeros(0, np.int64), *rows])
        self.bounds = [0, *np.cumsum([len(each) for each in rows]).tolist()]
        self.boxes: Floats = table.boxes[self.rows]
        self.times_s: Floats = table.times_s[self.rows]
        self.picture: Ints = table.picture[self.rows]
        self.track_id: Ints = table.track_id[self.rows]
        self.times: list[float] = self.times_s.tolist()
        self.pictures: list[int] = self.picture.tolist()
        self.is_first = np.zeros(len(self.rows), dtype=bool)
        self.is_first[[start for start, end in pairwise(self.bounds) if start < end]] = True
        self._anchors: dict[Anchor, Anchors] = {}

    def anchors(self, anchor: Anchor) -> Anchors:
        if anchor not in self._anchors:
            self._anchors[anchor] = Anchors(self.boxes, anchor)
        return self._anchors[anchor]

    def box(self, place: int) -> Box:
        left, top, right, bottom = self.boxes[place].tolist()
        return left, top, right, bottom

    def spans(self) -> Iterator[tuple[int, int]]:
        """The places of each vehicle."""
        return pairwise(self.bounds)
