"""A whole log as one table, its rows by track."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from onwatch_counting.log import RESOLUTION, LogColumns, LoggedBox, LoggedPicture
from onwatch_geometry import Box

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AnyNumber = TypeVar("AnyNumber", np.int64, np.float64)


@dataclass(frozen=True, eq=False)
class LogTable:
    """All boxes, ordered by track and then by picture."""

    timestamps_s: Floats
    """Of the pictures."""
    picture: Ints
    """Of each box, from 0."""
    track_id: Ints
    edges: Ints
    """N x 4, in steps of the log."""
    boxes: Floats
    """The same as fractions of the picture."""
    times_s: Floats
    """Of each box."""
    confidence: Ints
    type_index: Ints
    type_names: tuple[str, ...]
    own_scores: Mapping[int, tuple[tuple[str, int], ...]]
    """By row, where the scores are not the type with its confidence."""
    is_inferred: NDArray[np.bool_]
    """Of the pictures."""

    @classmethod
    def of(cls, chunks: Iterable[LogColumns]) -> LogTable:
        """ValueError if time runs backwards or a picture has two boxes of a track."""
        parts, names, own = [], dict[str, int](), dict[int, tuple[tuple[str, int], ...]]()
        pictures_count = boxes_count = 0
        for chunk in chunks:
            indices = np.array([names.setdefault(name, len(names)) for name in chunk.type_names], dtype=np.int64)
            kinds = indices[chunk.type_index] if len(indices) else chunk.type_index
            own |= {row + boxes_count: scores for row, scores in chunk.own_scores.items()}
            parts.append((chunk, chunk.picture + pictures_count, kinds))
            pictures_count += len(chunk.timestamps_s)
            boxes_count += len(chunk.track_id)
        times = _joined([chunk.timestamps_s for chunk, _, _ in parts], np.float64)
        if np.any(np.diff(times) < 0):
            raise ValueError("time runs backwards in the log")
        picture = _joined([picture for _, picture, _ in parts], np.int64)
        track_id = _joined([chunk.track_id for chunk, _, _ in parts], np.int64)
        edges = np.concatenate([np.zeros((0, 4), np.int64), *(chunk.edges for chunk, _, _ in parts)])
        order = np.argsort(track_id, kind="stable")
        picture, track_id, edges = picture[order], track_id[order], edges[order]
        if np.any((np.diff(picture) == 0) & (np.diff(track_id) == 0)):
            raise ValueError("a picture of the log has two boxes of one track")
        new_row = np.empty(len(order), dtype=np.int64)
        new_row[order] = np.arange(len(order))
        return cls(
            timestamps_s=times,
            picture=picture,
            track_id=track_id,
            edges=edges,
            boxes=edges / RESOLUTION,
            times_s=times[picture],
            confidence=_joined([chunk.confidence for chunk, _, _ in parts], np.int64)[order],
            type_index=_joined([kinds for _, _, kinds in parts], np.int64)[order],
            type_names=tuple(names),
            is_inferred=np.concatenate([np.zeros(0, np.bool_), *(chunk.is_inferred for chunk, _, _ in parts)]),
            own_scores={int(new_row[row]): scores for row, scores in own.items()},
        )

    def sightings(self, start: int, end: int) -> Iterator[tuple[float, Box]]:
        """Times and boxes of consecutive rows."""
        return zip(self.times_s[start:end].tolist(), map(tuple, self.boxes[start:end].tolist()), strict=True)

    def box(self, row: int) -> Box:
        left, top, right, bottom = self.boxes[row].tolist()
        return left, top, right, bottom

    def pictures(self) -> Iterator[LoggedPicture]:
        """All pictures in order, with their boxes by track."""
        order = np.argsort(self.picture, kind="stable")
        bounds = np.searchsorted(self.picture[order], np.arange(len(self.timestamps_s) + 1)).tolist()
        pictures = zip(self.timestamps_s.tolist(), self.is_inferred.tolist(), pairwise(bounds), strict=True)
        for timestamp_s, inferred, (start, end) in pictures:
            yield LoggedPicture(timestamp_s, tuple(self.logged_box(row) for row in order[start:end].tolist()), inferred)

    def logged_box(self, row: int) -> LoggedBox:
        left, top, right, bottom = self.edges[row].tolist()
        kind, confidence = self.type_names[int(self.type_index[row])], int(self.confidence[row])
        scores = self.own_scores.get(row, ((kind, confidence),))
        return LoggedBox(int(self.track_id[row]), left, top, right, bottom, confidence, kind, scores)

    def votes(self, start: int, end: int) -> dict[str, int]:
        """The evidence of consecutive rows, as `LoggedBox.votes` of each, added."""
        return self.votes_of(np.arange(start, end))

    def votes_of(self, rows: Ints) -> dict[str, int]:
        edges = self.edges[rows]
        areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
        weights = self.confidence[rows] * np.where(areas > 0, areas, RESOLUTION * RESOLUTION)
        kinds = self.type_index[rows]
        special = [row for row in rows.tolist() if row in self.own_scores] if self.own_scores else []
        if special:
            weights[np.isin(rows, special)] = 0
        votes = {self.type_names[kind]: int(weights[kinds == kind].sum()) for kind in np.unique(kinds).tolist()}
        for row in special:
            for name, weight in self.logged_box(row).votes().items():
                votes[name] = votes.get(name, 0) + weight
        return votes


def _joined(parts: list[NDArray[AnyNumber]], kind: type[AnyNumber]) -> NDArray[AnyNumber]:
    return np.concatenate([np.zeros(0, kind), *parts])
