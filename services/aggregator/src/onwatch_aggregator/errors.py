"""The errors that the aggregator answers requests with."""

from __future__ import annotations

from collections.abc import Sequence

from onwatch_contracts.http import ClaimRefusal
from onwatch_runtime.http import ProblemError
from onwatch_sql.errors import StoreFull as StoreFull
from onwatch_sql.errors import StoreUnavailable as StoreUnavailable


class RunNotFound(ProblemError):
    status = 404
    code = "run_not_found"
    title = "No such run"

    def __init__(self, video_id: str, run_id: str) -> None:
        super().__init__(f"Video {video_id} has no run {run_id}.")


class ClaimRefused(ProblemError):
    """Base of the four refusals; `code` is a `ClaimRefusal`."""

    status = 409
    title = "The run is not to be had"


class RunLeased(ClaimRefused):
    code = ClaimRefusal.LEASED.value

    def __init__(self, video_id: str, holder: str | None, lease_left_s: float) -> None:
        super().__init__(f"Worker {holder} holds the run of video {video_id}; its lease ends in {lease_left_s:.3f} s.")


class RunFinished(ClaimRefused):
    code = ClaimRefusal.FINISHED.value

    def __init__(self, video_id: str) -> None:
        super().__init__(f"A run of video {video_id} finished after this demand began: the demand is answered.")


class RunFinishing(ClaimRefused):
    code = ClaimRefusal.FINISHING.value

    def __init__(self, video_id: str) -> None:
        super().__init__(f"The results of the newest run of video {video_id} are on their way to SQL.")


class VideoDeleted(ClaimRefused):
    code = ClaimRefusal.DELETED.value

    def __init__(self, video_id: str) -> None:
        super().__init__(f"Video {video_id} was deleted.")


class NotCounted(ProblemError):
    status = 409
    code = "not_counted"
    title = "Not counted yet"

    def __init__(self, video_id: str, detail: str) -> None:
        super().__init__(f"Video {video_id} has no results of zones and gates. {detail}")


class NothingToCount(ProblemError):
    status = 409
    code = "nothing_to_count"
    title = "Nothing to count"

    def __init__(self, video_id: str, detail: str) -> None:
        super().__init__(f"Video {video_id} cannot be counted again. {detail}")


class InvalidCounts(ProblemError):
    """The parameters have the documented form, but no table can be made of them."""

    status = 422
    code = "invalid_counts"
    title = "No such table"


class PlaceNotFound(ProblemError):
    status = 404
    code = "place_not_found"
    title = "No such zone or gate"

    def __init__(self, what: str, given: str, known: Sequence[str]) -> None:
        counted = f"counted were {', '.join(known)}" if known else "none was counted"
        super().__init__(f"There are no results of {what} {given}: {counted}.")
