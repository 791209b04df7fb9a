"""What the store of alerts keeps."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from onwatch_aggregator.errors import InvalidCursor
from onwatch_contracts.alerts import Alert, AlertCondition
from onwatch_counting.alerts import AlertPlan, WantedRule

Openness = Literal["open", "closed"]


@dataclass(frozen=True)
class StoredRule:
    """A rule of a video."""

    rule_id: str
    video_id: str
    name: str
    condition: AlertCondition
    is_enabled: bool
    revision: int
    created_at: datetime
    changed_at: datetime

    @property
    def wanted(self) -> WantedRule:
        return WantedRule(self.rule_id, self.revision, self.name, self.condition)


@dataclass(frozen=True)
class StoredPlan:
    """What is in force in a run."""

    run_id: str
    video_id: str
    plan: AlertPlan
    version: int = 0
    """0: it is not stored yet."""
    is_finished: bool = False


@dataclass(frozen=True)
class Unpublished:
    """A change of an alert that the bus has not accepted yet."""

    alert: Alert
    change: Literal["raised", "cleared"]


@dataclass(frozen=True)
class PageKey:
    """The last alert of a page; the next page starts after it."""

    raised_at: datetime
    raised_at_s: float
    alert_id: str

    @classmethod
    def of(cls, alert: Alert) -> PageKey:
        return cls(alert.raised_at, alert.raised_at_s, alert.alert_id)

    @property
    def cursor(self) -> str:
        text = json.dumps([self.raised_at.isoformat(), self.raised_at_s, self.alert_id])
        return base64.urlsafe_b64encode(text.encode()).decode()

    @classmethod
    def parsed(cls, cursor: str) -> PageKey:
        """The inverse of `cursor`; `InvalidCursor` for any other text."""
        try:
            raised_at, raised_at_s, alert_id = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
            key = cls(datetime.fromisoformat(raised_at), float(raised_at_s), str(alert_id))
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
            raise InvalidCursor from error
        if key.raised_at.tzinfo is None:
            raise InvalidCursor
        return key


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts are listed, newest first."""

    video_id: str | None = None
    """None: those of all videos."""
    rule_id: str | None = None
    state: Openness | None = None
    since: datetime | None = None
    """Raised at this time of the clock or later, ..."""
    until: datetime | None = None
    """... and before this one."""
    after: PageKey | None = None
    limit: int = 100

    def of(self, video_id: str | None) -> AlertQuery:
        return replace(self, video_id=video_id)
