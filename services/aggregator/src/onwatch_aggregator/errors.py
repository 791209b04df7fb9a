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


class VisitNotFound(ProblemError):
    status = 404
    code = "visit_not_found"
    title = "No such visit"

    def __init__(self, run_id: str, zone_id: str, vehicle_id: int, visit_no: int) -> None:
        super().__init__(f"Run {run_id} has no visit {visit_no} of vehicle {vehicle_id} in zone {zone_id}.")


class NotMarked(ProblemError):
    status = 409
    code = "not_marked"
    title = "Not marked"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Somebody else marked the same of run {run_id} at this moment. Look at it and mark again.")


class TooManyMissed(ProblemError):
    status = 409
    code = "too_many_missed"
    title = "Too many missed vehicles"

    def __init__(self, run_id: str, most: int) -> None:
        super().__init__(f"Run {run_id} has {most} missed vehicles, as many as are kept.")


class SpanTooLong(ProblemError):
    status = 422
    code = "span_too_long"
    title = "Span too long"

    def __init__(self, from_s: float, to_s: float, most_s: float) -> None:
        super().__init__(
            f"From {from_s:g} s to {to_s:g} s is no span of more than 0 and at most {most_s:g} seconds: "
            "ask for a longer one in parts."
        )


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


class InvalidCursor(ProblemError):
    status = 422
    code = "invalid_cursor"
    title = "Invalid cursor"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that a page of alerts was answered with.")


class VideoUnknown(ProblemError):
    status = 404
    code = "video_not_found"
    title = "No such video"

    def __init__(self, video_id: str) -> None:
        super().__init__(f"There is no video {video_id}. One that was just uploaded is known in a moment.")


class AlertRuleNotFound(ProblemError):
    status = 404
    code = "alert_rule_not_found"
    title = "No such rule"

    def __init__(self, video_id: str, rule_id: str) -> None:
        super().__init__(f"Video {video_id} has no alert rule {rule_id}.")


class AlertNotFound(ProblemError):
    status = 404
    code = "alert_not_found"
    title = "No such alert"

    def __init__(self, video_id: str, alert_id: str) -> None:
        super().__init__(f"Video {video_id} has no alert {alert_id}.")


class AlertPlaceUnknown(ProblemError):
    status = 422
    code = "alert_place_unknown"
    title = "No such zone or gate"

    def __init__(self, what: str, given: str, known: Sequence[str]) -> None:
        has = ", ".join(known) or "none"
        super().__init__(
            f"The video has no {what} {given}; it has: {has}. One that was just drawn is known in a moment."
        )


class TooManyAlertRules(ProblemError):
    status = 409
    code = "too_many_alert_rules"
    title = "Too many rules"

    def __init__(self, video_id: str, most: int) -> None:
        super().__init__(f"Video {video_id} has {most} alert rules, as many as there may be. Delete one first.")


class AlertRuleChanged(ProblemError):
    status = 409
    code = "alert_rule_changed"
    title = "Changed meanwhile"

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"Somebody else changed alert rule {rule_id} at this moment. Look at it and change it again.")


class ReplayBusy(ProblemError):
    status = 503
    code = "replay_busy"
    title = "Other rules are being tried"

    def __init__(self) -> None:
        super().__init__("Rules of other people are being tried at this moment. Try again in a few seconds.")


class ReplayFailed(ProblemError):
    status = 409
    code = "replay_failed"
    title = "The rule cannot be tried"

    def __init__(self, video_id: str, detail: str) -> None:
        super().__init__(f"The log of detections of video {video_id} cannot be counted: {detail}.")


class EvidenceFailed(ProblemError):
    status = 409
    code = "evidence_failed"
    title = "The evidence cannot be measured"

    def __init__(self, video_id: str, detail: str) -> None:
        super().__init__(f"The log of detections of video {video_id} cannot be counted: {detail}.")
