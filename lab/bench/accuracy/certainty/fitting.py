"""Fits the coefficients by maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.accuracy.certainty.samples import Sample
from onwatch_counting.evidence import Coefficients, VisitEvidence, Weakness, missed_mean, weaknesses

Floats = NDArray[np.float64]

PENALTY = 0.05
"""On squares of the weights: without it, a weakness that occurs only beside another one takes any weight."""
SMALL = 1e-9
MOST_VARIANCE = 2.0
"""Beyond, nearly all of the few factors that stand for scenes would be 0."""
OF_FALSE: tuple[Weakness, ...] = ("unseen", "gap", "unsure", "few", "broken", "lost")
OF_MISSED: tuple[Weakness, ...] = ("unseen", "unsure")
"""`cut_off` and `type` say nothing about whether there is a vehicle; they are told, not weighed."""


def fit(samples: Sequence[Sample]) -> Coefficients:
    """Of all but the widening, which coverage decides."""
    missed, per_track = _missed(samples)
    by = Coefficients(_false_vehicle(samples), missed, per_track, 0.0, 1.0)
    return replace(by, scene_variance=_scene_variance(samples, by))


def _scene_variance(samples: Sequence[Sample], by: Coefficients) -> float:
    """By moments: of scenes with the mean m, missed vehicles have the variance m + variance x m^2."""
    missed: dict[tuple[str, str], int] = {}
    means: dict[tuple[str, str], float] = {}
    for one in samples:
        scene = one.group, one.boxes
        mean = missed_mean([best(visits) for visits in one.vehicles], one.unconfirmed_tracks_count, by)
        missed[scene] = missed.get(scene, 0) + one.missed
        means[scene] = means.get(scene, 0.0) + mean
    squares = sum(mean * mean for mean in means.values())
    excess = sum((missed[scene] - mean) ** 2 - mean for scene, mean in means.items())
    return round(min(MOST_VARIANCE, max(0.0, excess / squares)), 4) if squares else 0.0


def best(visits: Sequence[VisitEvidence]) -> VisitEvidence:
    """The visit of a vehicle with the fewest weaknesses."""
    return visits[0] if len(visits) == 1 else min(visits, key=lambda seen: sum(weaknesses(seen).values()))


def _false_vehicle(samples: Sequence[Sample]) -> dict[Weakness, float]:
    """Binomial regression on the rates: a vehicle is right with the probability exp(-rate)."""
    rows = [
        (best(visits), is_false) for one in samples for visits, is_false in zip(one.vehicles, one.is_false, strict=True)
    ]
    features = np.array([[found[name] for name in OF_FALSE] for found in (weaknesses(seen) for seen, _ in rows)])
    target = np.array([is_false for _, is_false in rows], np.float64)

    def loss(values: Floats) -> tuple[float, Floats]:
        rates = features @ values + SMALL
        likelihood = float(np.sum(np.where(target > 0, -np.log(-np.expm1(-rates)), rates)))
        slopes = np.where(target > 0, -1 / np.expm1(rates), 1.0)
        return likelihood + PENALTY * float(values @ values), features.T @ slopes + 2 * PENALTY * values

    found = _minimum(loss, features)
    return dict(zip(OF_FALSE, found, strict=True))


def _missed(samples: Sequence[Sample]) -> tuple[dict[Weakness, float], float]:
    """Poisson regression without a constant: where everything was seen well, nothing was missed."""
    features = np.array(
        [
            [*(sum(weaknesses(best(visits))[name] for visits in one.vehicles) for name in OF_MISSED),
             one.unconfirmed_tracks_count]
            for one in samples
        ]
    )  # fmt: skip
    target = np.array([one.missed for one in samples], np.float64)

    def loss(values: Floats) -> tuple[float, Floats]:
        mean = features @ values + SMALL
        likelihood = float(np.sum(mean - target * np.log(mean)))
        return likelihood, features.T @ (1 - target / mean)

    found = _minimum(loss, features)
    return dict(zip(OF_MISSED, found, strict=False)), found[-1]


def _minimum(loss: Any, features: Floats) -> list[float]:
    """Weights that are not negative; of what never occurs, 0."""
    bounds = [(0.0, None if column.any() else 0.0) for column in features.T]
    found = minimize(loss, np.full(len(bounds), 0.1), jac=True, method="L-BFGS-B", bounds=bounds)
    return [round(float(value), 4) for value in found.x]
