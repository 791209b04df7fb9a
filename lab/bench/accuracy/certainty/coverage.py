"""How often intervals hold the truth, on clips that had no part in the fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.accuracy.certainty.fitting import fit
from bench.accuracy.certainty.samples import Sample
from onwatch_counting.evidence import LEVEL, Coefficients, TotalInterval, best_seen, total_interval

WIDENINGS = tuple(1 + n / 10 for n in range(31))


@dataclass(frozen=True)
class Judged:
    """A count, and the interval for it."""

    sample: Sample
    interval: TotalInterval

    @property
    def is_held(self) -> bool:
        return self.interval.low <= self.sample.true_total <= self.interval.high

    @property
    def is_exact(self) -> bool:
        return self.interval.low == self.sample.total == self.interval.high

    @property
    def width(self) -> int:
        return self.interval.high - self.interval.low


@dataclass(frozen=True)
class Coverage:
    """Over many counts."""

    counts: int
    wrong: int
    """Counts that are not the true total."""
    held: float
    """The share of intervals that hold the true total."""
    exact: float
    """The share of intervals that are the counted number itself."""
    mean_width: float
    mean_total: float


def left_out(samples: Sequence[Sample]) -> list[tuple[Coefficients, list[Sample]]]:
    """For each group, what the others tell, and its own samples."""
    groups = dict.fromkeys(sample.group for sample in samples)
    return [
        (fit([one for one in samples if one.group != group]), [one for one in samples if one.group == group])
        for group in groups
    ]


def judged(folds: Iterable[tuple[Coefficients, Sequence[Sample]]], widening: float) -> Iterator[Judged]:
    for by, samples in folds:
        wide = replace(by, widening=widening)
        for sample in samples:
            seen = best_seen([seen for visits in sample.vehicles for seen in visits], wide)
            yield Judged(sample, total_interval(seen, sample.unconfirmed_tracks_count, wide))


def coverage(found: Sequence[Judged]) -> Coverage:
    return Coverage(
        counts=len(found),
        wrong=sum(one.sample.total != one.sample.true_total for one in found),
        held=float(np.mean([one.is_held for one in found])),
        exact=float(np.mean([one.is_exact for one in found])),
        mean_width=float(np.mean([one.width for one in found])),
        mean_total=float(np.mean([one.sample.true_total for one in found])),
    )


def least_widening(folds: Sequence[tuple[Coefficients, Sequence[Sample]]], of_boxes: Iterable[str]) -> float:
    """The smallest one with which intervals hold the truth often enough, for each of these kinds of boxes."""
    of_kinds = [
        [(by, [one for one in own if one.boxes == kind]) for by, own in folds] for kind in dict.fromkeys(of_boxes)
    ]
    enough = (
        widening
        for widening in WIDENINGS
        if all(coverage(list(judged(own, widening))).held >= LEVEL for own in of_kinds)
    )
    return next(enough, WIDENINGS[-1])
