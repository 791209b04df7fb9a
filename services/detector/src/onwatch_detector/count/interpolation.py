"""Boxes of a picture between two others that were detected in. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from onwatch_counting.log import LoggedBox


def interpolated(before: Sequence[LoggedBox], after: Sequence[LoggedBox], share: float) -> tuple[LoggedBox, ...]:
    """The boxes of the tracks that both pictures have, after `share` of the time between them (0 to 1).

    Edges move evenly; type, confidence and scores are those of the picture before.
    """
    earlier = {box.track_id: box for box in before}
    return tuple(_between(earlier[box.track_id], box, share) for box in after if box.track_id in earlier)


def _between(before: LoggedBox, after: LoggedBox, share: float) -> LoggedBox:
    left, top, right, bottom = (
        math.floor(one + (other - one) * share + 0.5) for one, other in zip(before[1:5], after[1:5], strict=True)
    )
    return before._replace(left=left, top=top, right=max(right, left + 1), bottom=max(bottom, top + 1))
