"""The HTTP models of alerts: rules on what is counted in a video, and what they raised."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from onwatch_contracts.site import CountedTypes, Direction, ItemId
from onwatch_contracts.values import Count, RunId, Seconds, Timestamp, Value, VideoId

DAY_S = 86_400.0
MAX_RULES = 32
"""Of one video."""

# One line: without control characters.
RuleName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\u0000-\u001f]*$")]
Duration = Annotated[float, Field(gt=0, le=DAY_S)]
Vehicles = Annotated[int, Field(ge=0, le=10_000)]
ClearAfter = Annotated[float, Field(ge=0, le=3600)]

# --- conditions ----------------------------------------------------------------------------------


class _Condition(Value):
    vehicle_types: CountedTypes = None
    """Only these; null: all."""
    clear_after_s: ClearAfter = 5.0
    """The alert is cleared once it was over for so long; until then it stays raised."""


class CountCondition(_Condition):
    """More than so many vehicles entered a zone, or crossed a gate, within a time."""

    kind: Literal["count"] = "count"
    zone_id: ItemId | None = None
    gate_id: ItemId | None = None
    direction: Direction | None = None
    """Of the gate; null: both."""
    more_than: Vehicles
    window_s: Duration
    clear_at_most: Vehicles | None = None
    """The alert is over at so many or fewer; null: at `more_than`."""

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if (self.zone_id is None) == (self.gate_id is None):
            raise ValueError("either zone_id or gate_id names what is counted")
        if self.direction is not None and self.gate_id is None:
            raise ValueError("direction is that of a gate: a zone has none")
        if self.clear_at_most is not None and self.clear_at_most > self.more_than:
            raise ValueError("clear_at_most must not be greater than more_than")
        return self


class StayCondition(_Condition):
    """A vehicle stands in a zone, or stays there, for longer than a time."""

    kind: Literal["stay"] = "stay"
    zone_id: ItemId
    more_than_s: Duration
    is_standing: bool = True
    """Only the time for which it stands still; false: all the time since it entered."""


class QueueCondition(_Condition):
    """At least so many vehicles are in a zone at once, for a time."""

    kind: Literal["queue"] = "queue"
    zone_id: ItemId
    at_least: Annotated[int, Field(ge=1, le=10_000)]
    for_s: Annotated[float, Field(ge=0, le=DAY_S)] = 0.0
    is_standing: bool = True
    """Only vehicles that stand, which is the length of the queue; false: all that are in the zone."""
    clear_at_most: Vehicles | None = None
    """The alert is over at so many or fewer; null: at one less than `at_least`."""

    @model_validator(mode="after")
    def _clears_below(self) -> Self:
        if self.clear_at_most is not None and self.clear_at_most >= self.at_least:
            raise ValueError("clear_at_most must be less than at_least")
        return self


class WrongDirectionCondition(_Condition):
    """A vehicle crosses a gate in the direction that is wrong."""

    kind: Literal["wrong_direction"] = "wrong_direction"
    gate_id: ItemId
    direction: Direction
    """The wrong one."""


class NothingSeenCondition(_Condition):
    """No vehicle is seen for a time, of which the video was analysed."""

    kind: Literal["nothing_seen"] = "nothing_seen"
    zone_id: ItemId | None = None
    """Null: in the whole picture."""
    for_s: Duration


AlertCondition = Annotated[
    CountCondition | StayCondition | QueueCondition | WrongDirectionCondition | NothingSeenCondition,
    Field(discriminator="kind"),
]
AlertKind = Literal["count", "stay", "queue", "wrong_direction", "nothing_seen"]


class Place(Value):
    """What a rule is about; both null: the whole picture."""

    zone_id: ItemId | None = None
    gate_id: ItemId | None = None


def place_of(condition: AlertCondition) -> Place:
    return Place(zone_id=getattr(condition, "zone_id", None), gate_id=getattr(condition, "gate_id", None))


# --- rules ---------------------------------------------------------------------------------------


class NewAlertRule(Value):
    name: RuleName
    condition: AlertCondition
    is_enabled: bool = True


class AlertRulePatch(Value):
    """Only the fields present are changed. In a video under way, they count from the moment that it has reached."""

    name: RuleName | None = None
    condition: AlertCondition | None = None
    is_enabled: bool | None = None

    @model_validator(mode="after")
    def _nothing_is_null(self) -> Self:
        for name in sorted(self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f"{name} may be left out, but not null")
        return self


class AlertRule(Value):
    """A condition on what is counted in a video."""

    rule_id: ItemId
    video_id: VideoId
    name: RuleName
    condition: AlertCondition
    is_enabled: bool
    revision: Annotated[int, Field(ge=1)]
    """Grows with every change but that of the name."""
    changed_at: Timestamp
    problem: str | None = None
    """Why it raises nothing although it is enabled, for a person: its zone or gate was deleted. Null: it works."""


class AlertRuleList(Value):
    """Oldest first."""

    items: tuple[AlertRule, ...]


# --- alerts --------------------------------------------------------------------------------------


class ClearReason(StrEnum):
    """Why an alert is over."""

    OVER = "over"
    """What it was about is over."""
    END_OF_VIDEO = "end_of_video"
    RULE_CHANGED = "rule_changed"
    """The rule was changed, disabled or deleted."""
    RUN_DISCARDED = "run_discarded"
    """Another run began before this one was finished."""


class Alert(Value):
    """A rule whose condition was met. A rule has at most one alert at a time that is not cleared."""

    alert_id: ItemId
    """A function of rule, run and moment: the same after any crash."""
    video_id: VideoId
    run_id: RunId
    rule_id: ItemId
    rule_name: str
    """As it was then."""
    condition: AlertCondition
    """As it was then."""
    place_name: str | None
    """Of the zone or gate, as it was then; null: the whole picture."""
    raised_at_s: Seconds
    """Of video time."""
    value: float
    """When it was raised: vehicles, or seconds (`stay`, `nothing_seen`)."""
    peak_value: float
    """The largest one until it was cleared; as long as it is not, the one when it was raised."""
    raised_at: Timestamp
    """When it was found, by the clock."""
    cleared_at_s: Seconds | None
    clear_reason: ClearReason | None
    """Null: it is not cleared."""
    acknowledged_at: Timestamp | None
    acknowledged_by: str | None
    link: str
    """The page that shows the moment: a path of this installation."""


class AlertPage(Value):
    """Newest first."""

    items: tuple[Alert, ...]
    next_cursor: str | None
    """`cursor` of the next page; null: there are no older ones."""
    open_count: Count
    """Alerts that are not cleared, of the video or of all videos."""
    unacknowledged_count: Count
    """The same, of those that nobody has acknowledged."""


# --- replay --------------------------------------------------------------------------------------


class ReplayRequest(Value):
    """A rule that is not stored, to be tried on the newest finished run."""

    condition: AlertCondition


class ReplayedAlert(Value):
    raised_at_s: Seconds
    value: float
    cleared_at_s: Seconds
    peak_value: float
    clear_reason: ClearReason
    link: str


class Replay(Value):
    """What the rule would have raised."""

    video_id: VideoId
    run_id: RunId
    analysed_s: Seconds
    """Of the run: what was looked at."""
    alerts_count: Count
    """Also of those that are left out of `items`, which are the first 1,000."""
    items: tuple[ReplayedAlert, ...]


def link_of(video_id: str, at_s: float) -> str:
    """The page's address of a moment, a second before, so that it is seen to come."""
    return f"/videos/{video_id}?t={max(0.0, at_s - 1):.2f}"
