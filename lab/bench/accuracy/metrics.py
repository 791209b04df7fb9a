"""Error measures of a count against the ground truth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.accuracy.clips import Clip
from onwatch_synthetic.recording import Visit

SEGMENTS = 10
NEAR_S = 1.0  # boxes this near a visit identify its vehicle too: a very short visit has none inside


@dataclass(frozen=True)
class CountedVisit:
    """A visit reported by a pipeline; `identity` is the id it counts by."""

    identity: int
    vehicle_type: str
    entered_s: float
    left_s: float


@dataclass(frozen=True)
class Counted:
    """A pipeline's result on a clip. `identities[n]` has the id of each box of frame n, None for no id."""

    visits: tuple[CountedVisit, ...]
    identities: tuple[tuple[int | None, ...], ...]

    @property
    def total(self) -> int:
        """Vehicles counted."""
        return len({visit.identity for visit in self.visits})


@dataclass(frozen=True)
class Score:
    """The scores of one pipeline on one clip."""

    true_total: int
    total: int
    missed: int
    """True visits that were not counted."""
    extra: int
    """Counted visits without a true one."""
    nwrmse: float
    dwell_errors_s: tuple[float, ...]
    """Absolute, over the visits that were counted."""
    right_types: int
    switches: int

    @property
    def count_error(self) -> int:
        """Vehicles too many (above 0) or too few."""
        return self.total - self.true_total

    @property
    def wrong(self) -> int:
        """Missed plus extra visits: unlike in the total, they do not cancel out."""
        return self.missed + self.extra

    @property
    def judged_types(self) -> int:
        """Matched visits, whose type can be compared."""
        return len(self.dwell_errors_s)


def score(clip: Clip, counted: Counted) -> Score:
    """All scores of one pipeline on one clip."""
    pairs = match(clip, counted)
    return Score(
        true_total=clip.total,
        total=counted.total,
        missed=len(clip.truth) - len(pairs),
        extra=len(counted.visits) - len(pairs),
        nwrmse=nwrmse(first_entries(clip.truth), first_entries(counted.visits), clip.frames[-1].timestamp_s),
        dwell_errors_s=tuple(abs(seen.left_s - seen.entered_s - true.dwell_s) for true, seen in pairs),
        right_types=sum(true.vehicle_type == seen.vehicle_type for true, seen in pairs),
        switches=switches(clip, counted),
    )


def first_entries(visits: Sequence[Visit] | Sequence[CountedVisit]) -> list[float]:
    """First entry of each vehicle: the times at which the total grows."""
    first: dict[int, float] = {}
    for visit in visits:
        number = visit.vehicle_id if isinstance(visit, Visit) else visit.identity
        first[number] = min(visit.entered_s, first.get(number, math.inf))
    return sorted(first.values())


def nwrmse(true_s: Sequence[float], counted_s: Sequence[float], duration_s: float, segments: int = SEGMENTS) -> float:
    """Normalised weighted RMSE of the cumulative count, as a score: 1 is exact, 0 is worthless.

    The measure of effectiveness of track 1 of the AI City Challenge (Naphade et al., "The 4th AI City Challenge",
    CVPR Workshops 2020, arXiv:2004.14619): the clip is cut into k segments; the squared differences of the counts
    from the beginning to the end of segment i weigh 2 i / (k (k + 1)); the root of their sum is divided by the true
    count and taken from 1, at least 0. The lists are the moments at which the count grows. With nothing to count,
    1 if nothing was counted.
    """
    ends = np.arange(1, segments + 1) * duration_s / segments
    difference = np.searchsorted(sorted(true_s), ends, "right") - np.searchsorted(sorted(counted_s), ends, "right")
    weights = np.arange(1, segments + 1) * 2 / (segments * (segments + 1))
    error = math.sqrt(float(np.sum(weights * difference**2)))
    if not true_s:
        return float(error == 0)
    return max(0.0, 1.0 - error / len(true_s))


def match(clip: Clip, counted: Counted) -> list[tuple[Visit, CountedVisit]]:
    """Pairs of counted and true visits: each at most once, with the largest total overlap in time."""
    whose = _owners(clip, counted)
    common = np.array([[_common_s(true, seen, whose) for seen in counted.visits] for true in clip.truth])
    if not common.size:
        return []
    rows, columns = linear_sum_assignment(common, maximize=True)
    return [
        (clip.truth[row], counted.visits[column])
        for row, column in zip(rows, columns, strict=True)
        if common[row, column] > 0
    ]


def _common_s(true: Visit, seen: CountedVisit, whose: Mapping[int, Sequence[tuple[float, int]]] | None) -> float:
    """Overlap of both visits in seconds; 0 where the boxes belong to another vehicle."""
    apart_s = max(true.entered_s, seen.entered_s) - min(true.left_s, seen.left_s)
    if apart_s > NEAR_S:
        return 0.0
    if whose is None:
        return max(0.0, -apart_s)
    around = [owner for at_s, owner in whose.get(seen.identity, ()) if _near(at_s, seen)]
    share = Counter(around)[true.vehicle_id] / max(1, len(around))
    return share * (max(0.0, -apart_s) + 0.01)


def _near(at_s: float, visit: CountedVisit) -> bool:
    return visit.entered_s - NEAR_S <= at_s <= visit.left_s + NEAR_S


def _owners(clip: Clip, counted: Counted) -> dict[int, list[tuple[float, int]]] | None:
    """Per identity: the vehicles of its boxes, and their times. None where the truth has no boxes."""
    if not clip.owners_known:
        return None
    found: dict[int, list[tuple[float, int]]] = {}
    for frame, identities in zip(clip.frames, counted.identities, strict=True):
        for identity, owner in zip(identities, frame.owners, strict=True):
            if identity is not None and owner is not None:
                found.setdefault(identity, []).append((frame.timestamp_s, owner))
    return found


def switches(clip: Clip, counted: Counted) -> int:
    """Number of identity switches in the zone (CLEAR MOT; Bernardin, Stiefelhagen 2008)."""
    known: dict[int, int] = {}
    changes = 0
    for frame, identities in zip(clip.frames, counted.identities, strict=True):
        for identity, owner, inside in zip(identities, frame.owners, frame.owner_inside, strict=True):
            if identity is not None and owner is not None and inside:
                changes += known.get(owner, identity) != identity
                known[owner] = identity
    return changes


@dataclass(frozen=True)
class Summary:
    """One pipeline over many clips."""

    clips: int
    clips_exact: int
    """Clips without a missed or an extra visit."""
    true_total: int
    count_error: int
    """Sum of the absolute errors of the totals."""
    missed: int
    extra: int
    nwrmse: float
    """Mean over the clips, weighted by their true counts."""
    dwell_mean_s: float
    dwell_p95_s: float
    type_accuracy: float
    switches: int


def summary(scores: Sequence[Score]) -> Summary:
    """All clips together; dwell is NaN where no visit was counted."""
    dwell = np.array([error for one in scores for error in one.dwell_errors_s] or [math.nan])
    weights = [one.true_total for one in scores]
    return Summary(
        clips=len(scores),
        clips_exact=sum(one.wrong == 0 and one.count_error == 0 for one in scores),
        true_total=sum(weights),
        count_error=sum(abs(one.count_error) for one in scores),
        missed=sum(one.missed for one in scores),
        extra=sum(one.extra for one in scores),
        nwrmse=float(np.average([one.nwrmse for one in scores], weights=weights)) if sum(weights) else 1.0,
        dwell_mean_s=float(dwell.mean()),
        dwell_p95_s=float(np.percentile(dwell, 95)),
        type_accuracy=sum(one.right_types for one in scores) / max(1, sum(one.judged_types for one in scores)),
        switches=sum(one.switches for one in scores),
    )
