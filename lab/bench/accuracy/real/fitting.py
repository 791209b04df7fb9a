"""Fits the habits of a model to its boxes of annotated clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

from bench.accuracy.real.annotated import Floats
from bench.accuracy.real.faults import Clips, Seen, seen_vehicles
from bench.accuracy.real.habits import SITUATIONS, Chain, Edges, Errors, Habits, Kind, main_situation

FIRST_LIMITS = 0.85, 0.25
"""The share of its pictures in which a vehicle is seen decides its kind before the first round."""
ROUNDS = 100
LIKE_OTHERS = 5.0
"""Changes of state like those of the kind in other situations, or of all kinds, that are added where few were seen."""
LAGS = 1, 2, 3, 6, 12, 25
"""Pictures between two boxes whose errors are compared."""
RENEWED = [float(share) for share in np.geomspace(0.002, 0.5, 100)]
MEDIAN_OF_NORMAL = 0.6745
"""The median of the absolute value, in standard deviations."""
LARGE = 6.0
"""A change of an edge by so many deviations of its trembling is more than that."""


def fitted(clips: Clips) -> Habits:
    """The habits of a model whose boxes of annotated clips are given."""
    vehicles = seen_vehicles(clips)
    likely, shares, chains = _mixture(vehicles)
    found = [one for one in vehicles if one.confidences]
    confidences = np.array([np.mean(one.confidences) for one in found])
    weights = np.array([len(one.confidences) for one in found], np.float64)
    of_found = np.array([row for row, one in zip(likely, vehicles, strict=True) if one.confidences]) * weights[:, None]
    means = confidences @ of_found / np.maximum(of_found.sum(axis=0), 1e-9)
    between = (of_found * (confidences[:, None] - means[None]) ** 2).sum() / of_found.sum()
    within = np.concatenate([np.array(one.confidences) - np.mean(one.confidences) for one in found])
    return Habits(
        kinds=tuple(
            Kind(_rounded(shares[:, kind]), tuple(_chain(chain) for chain in chains[kind]), round(float(mean), 3))
            for kind, mean in enumerate(means)
        ),
        errors=_errors(vehicles),
        confidences=(round(float(between**0.5), 3), round(float(np.std(within)), 3)),
        wrong_type=round(float(np.mean([_is_wrong(one) for one in found])), 3),
    )


def _is_wrong(one: Seen) -> bool:
    return sum(kind != one.track.vehicle_type for kind in one.types) > len(one.types) / 2


def _mixture(vehicles: Sequence[Seen]) -> tuple[Floats, Floats, Floats]:
    """How likely each kind is for each vehicle, the shares by situation and kind, the chains: by maximum likelihood."""
    changes = np.zeros((len(vehicles), SITUATIONS, 3, 3))
    for row, one in enumerate(vehicles):
        for situation, before, now in zip(one.situations[1:], one.states, one.states[1:], strict=False):
            changes[row, situation, before, now] += 1
    own = np.eye(SITUATIONS)[[main_situation(one.situations) for one in vehicles]]
    first = np.searchsorted(-np.array(FIRST_LIMITS), [-one.share for one in vehicles])
    likely = np.eye(len(FIRST_LIMITS) + 1)[first] * 0.9 + 0.1 / (len(FIRST_LIMITS) + 1)
    for _ in range(ROUNDS):
        of_kind = likely.mean(axis=0)
        shares = own.T @ likely + of_kind
        shares /= shares.sum(axis=1, keepdims=True)
        chains = _chains(np.einsum("vk,vsij->ksij", likely, changes))
        scores = np.einsum("vsij,ksij->vk", changes, np.log(chains)) + np.log(own @ shares)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
    return likely, shares, chains


def _chains(counts: Floats) -> Floats:
    """Shares of the next states, by kind, situation and state. What was seen little goes on as in other situations."""
    of_all = counts.sum(axis=(0, 1)) + 0.5
    of_all /= of_all.sum(axis=1, keepdims=True)
    of_kind = counts.sum(axis=1) + LIKE_OTHERS * of_all
    of_kind /= of_kind.sum(axis=2, keepdims=True)
    found = counts + LIKE_OTHERS * of_kind[:, None]
    return np.asarray(found / found.sum(axis=3, keepdims=True))


def _errors(vehicles: Sequence[Seen]) -> Errors:
    """By the variances of the changes after several times: what is held goes on longer than what trembles."""
    changes = [np.array([change for one in vehicles for change in one.changes(lag)]) for lag in LAGS]
    variances = np.array([(change**2).mean(axis=0) for change in changes])
    renewed, held, rest = min((_held(variances, each) for each in RENEWED), key=lambda fit: fit[0])[1:]
    of_situation = [_offsets(vehicles, situation) for situation in range(SITUATIONS)]
    kept = [np.maximum(offsets.var(axis=0) - held - rest, 0.0) ** 0.5 for offsets in of_situation]
    trembling = np.median(np.abs(changes[0]), axis=0) / MEDIAN_OF_NORMAL / 2**0.5
    outlying, outlier = _outliers(vehicles, LARGE * trembling)
    return Errors(
        mean=tuple(_edges(offsets.mean(axis=0)) for offsets in of_situation),
        kept=tuple(map(_edges, kept)),
        held=_edges(held**0.5),
        renewed=round(renewed, 3),
        trembling=_edges(trembling),
        outlying=_edges(outlying),
        outlier=_edges(outlier),
    )


def _outliers(vehicles: Sequence[Seen], large: Floats) -> tuple[Floats, Floats]:
    """In which share of the pictures an edge is off by more than before and afterwards, and by how much; by edges."""
    offsets = [one.offsets for one in vehicles]
    parts = [
        (of[n] - of[n - 1], of[n + 1] - of[n - 1]) for of in offsets for n in of if n - 1 in of and n + 1 in of
    ]  # fmt: skip
    away, left = (np.array(side) for side in zip(*parts, strict=True))
    is_outlier = (np.abs(away) > large) & (np.abs(left) < np.abs(away) / 2)
    squares = np.where(is_outlier, away**2, 0.0).sum(axis=0)
    return is_outlier.mean(axis=0), (squares / np.maximum(is_outlier.sum(axis=0), 1)) ** 0.5


def _offsets(vehicles: Sequence[Seen], situation: int) -> Floats:
    """The errors of boxes in a situation; one exact box where there is none."""
    found = [offset for one in vehicles for n, offset in one.offsets.items() if one.situations[n] == situation]
    return np.array(found or [np.zeros(4)])


def _held(variances: Floats, renewed: float) -> tuple[float, float, Floats, Floats]:
    """How badly this share fits, the share, and the variances of what is held and of the rest, by edges."""
    grown = 1 - (1 - renewed) ** np.array(LAGS)
    parts = 2 * np.column_stack([grown, np.ones(len(LAGS))])
    fits = [nnls(parts, of_edge) for of_edge in variances.T]
    held, rest = np.array([fit[0] for fit in fits]).T
    badness = sum((error / of_edge.mean()) ** 2 for (_, error), of_edge in zip(fits, variances.T, strict=True))
    return float(badness), renewed, held, rest


def _chain(rows: Floats) -> Chain:
    return tuple(_rounded(row) for row in rows)


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values)


def _edges(values: Floats) -> Edges:
    left, top, right, bottom = _rounded(values)
    return left, top, right, bottom
