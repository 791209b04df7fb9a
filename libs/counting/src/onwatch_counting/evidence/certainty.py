"""How sure a count is: which vehicles may be none, and between which numbers the true total lies.

Each weakness of a counted vehicle adds to a rate r: it is false with the probability 1 - exp(-r), and one without
weaknesses never. The vehicles that were missed are a Poisson number; its mean grows with the weaknesses of those that
were counted, and with the tracks that never became a vehicle. Both are worse in some scenes than in others, which is
not seen in the evidence: a factor for the whole scene, with a gamma distribution of mean 1, stands for that. Where that
is not enough for clips that were left out of the fit, the interval is widened. All numbers are in `coefficients.json`,
fitted by `python -m bench.accuracy.certainty`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import NormalDist
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from onwatch_counting.evidence.visits import VisitEvidence
from onwatch_counting.evidence.weaknesses import Weakness, weaknesses

LEVEL = 0.9
"""The share of intervals that hold the true total."""
WEAK_PROBABILITY = 0.2
"""A vehicle that is false with at least this probability hangs on weak evidence."""
REASON = 0.2
"""A weakness that adds at least this share of the rate is a reason."""
SCENES = 9
"""So many factors stand for all scenes."""
NEGLIGIBLE = 1e-12
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coefficients:
    """None is negative."""

    false_vehicle: Mapping[Weakness, float]
    """What each weakness adds to the rate of a false vehicle."""
    missed_vehicles: Mapping[Weakness, float]
    """Missed vehicles for each counted one with this weakness."""
    missed_per_unconfirmed_track: float
    scene_variance: float
    """Of the factor of a scene."""
    widening: float
    """By how much the interval is farther from the counted number, at both ends: 1 or more."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """As in the file."""
        names = cls.__dataclass_fields__
        return cls(**{name: given[name] for name in names})


@cache
def fitted() -> Coefficients:
    """The coefficients of this version."""
    text = files("onwatch_counting.evidence").joinpath("coefficients.json").read_text(encoding="utf-8")
    return Coefficients.of(json.loads(text))


@dataclass(frozen=True, slots=True)
class Doubt:
    """About one vehicle."""

    false_rate: float
    reasons: tuple[Weakness, ...]
    """What weighs most first; none where it was seen well."""

    @property
    def false_probability(self) -> float:
        return -math.expm1(-self.false_rate)

    @property
    def is_weak(self) -> bool:
        return self.false_probability >= WEAK_PROBABILITY


@dataclass(frozen=True, slots=True)
class TotalInterval:
    """Holds the true number of vehicles with a probability of `LEVEL`, and always the counted one."""

    low: int
    high: int


def doubt(seen: VisitEvidence, by: Coefficients | None = None) -> Doubt:
    """Whether the vehicle of a visit may be none."""
    by = by or fitted()
    added = {name: by.false_vehicle.get(name, 0.0) * value for name, value in weaknesses(seen).items()}
    rate = sum(added.values())
    reasons = [name for name, each in added.items() if each > 0 and each >= REASON * rate]
    return Doubt(rate, tuple(sorted(reasons, key=lambda name: -added[name])))


def missed_mean(vehicles: Iterable[VisitEvidence], unconfirmed_tracks_count: int, by: Coefficients) -> float:
    """How many vehicles were missed, on average over all scenes."""
    missed = by.missed_per_unconfirmed_track * unconfirmed_tracks_count
    for seen in vehicles:
        missed += sum(by.missed_vehicles.get(name, 0.0) * value for name, value in weaknesses(seen).items())
    return missed


def best_seen(visits: Iterable[VisitEvidence], by: Coefficients | None = None) -> list[VisitEvidence]:
    """The visit of each vehicle of a zone that speaks most for it: it is real if one of its visits is."""
    best: dict[int, tuple[float, VisitEvidence]] = {}
    for seen in visits:
        rate = doubt(seen, by).false_rate
        if seen.row_no not in best or rate < best[seen.row_no][0]:
            best[seen.row_no] = rate, seen
    return [seen for _, seen in best.values()]


def total_interval(
    vehicles: Sequence[VisitEvidence], unconfirmed_tracks_count: int, by: Coefficients | None = None
) -> TotalInterval:
    """Of the counted vehicles of one zone, each by its best visit."""
    by = by or fitted()
    rates = [doubt(seen, by).false_rate for seen in vehicles]
    mean = missed_mean(vehicles, unconfirmed_tracks_count, by)
    shares: dict[int, float] = {}
    for factor in scene_factors(by.scene_variance):
        begin, share = _distribution([factor * each for each in rates], factor * mean)
        for place, each in enumerate(share.tolist()):
            shares[begin + place] = shares.get(begin + place, 0.0) + each / SCENES
    total, (low, high) = len(vehicles), _quantiles(shares)
    below, above = (round(by.widening * max(0, each)) for each in (total - low, high - total))
    return TotalInterval(max(0, total - below), total + above)


def scene_factors(variance: float) -> tuple[float, ...]:
    """As many equally probable factors of mean 1, by the gamma distribution of this variance.

    By the approximation of Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal.
    """
    if variance <= 0:
        return (1.0,) * SCENES
    factors = [
        max(0.0, 1 - variance / 9 + NormalDist().inv_cdf((place + 0.5) / SCENES) * math.sqrt(variance) / 3) ** 3
        for place in range(SCENES)
    ]
    mean = sum(factors) / SCENES
    return tuple(factor / mean for factor in factors)


def _distribution(false_rates: Sequence[float], missed_mean: float) -> tuple[int, Floats]:
    """Of the true total: the smallest number that can be, and the shares from there on."""
    real: Floats = np.ones(1)
    begin = 0
    for rate in false_rates:
        true = math.exp(-rate)
        real, cut = _trimmed(_sum_of(real, np.array([1 - true, true])))
        begin += cut
    return begin, _sum_of(real, _poisson(missed_mean))


def _sum_of(one: Floats, other: Floats) -> Floats:
    """The distribution of the sum of two independent numbers."""
    return np.convolve(one, other).astype(np.float64, copy=False)


def _trimmed(shares: Floats) -> tuple[Floats, int]:
    """Without negligible ends, and how many were cut off at the beginning."""
    kept = np.flatnonzero(shares > NEGLIGIBLE)
    return shares[kept[0] : kept[-1] + 1], int(kept[0])


def _poisson(mean: float) -> Floats:
    if mean <= 0:
        return np.ones(1)
    most = math.ceil(mean + 10 * math.sqrt(mean) + 10)
    logs = np.arange(most + 1) * math.log(mean) - mean - np.array([math.lgamma(n + 1) for n in range(most + 1)])
    shares: Floats = np.exp(logs)
    return shares


def _quantiles(shares: Mapping[int, float]) -> tuple[int, int]:
    """Between which numbers the share `LEVEL` lies, as much above as below."""
    outside = (1 - LEVEL) / 2
    numbers, below = sorted(shares), 0.0
    low = high = numbers[0]
    for number in numbers:
        if below <= outside:
            low = number
        if below < 1 - outside:
            high = number
        below += shares[number]
    return low, high
