"""What is published of the alerts of a rule: its newest alert, and each change of one. Pure rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_contracts.alerts import Alert, place_of
from onwatch_contracts.messages import AlertChangedV1

RAISED, CLEARED = "raised", "cleared"
ATTRIBUTES = {"alert_id", "place_name", "raised_at", "raised_at_s", "cleared_at_s", "clear_reason", "link"}
"""Of an alert. Who has acknowledged it is not among them: nothing tells of that."""
ENVELOPE = {"message_id", "traceparent"}


@dataclass(frozen=True)
class RuleAlert:
    """A rule that has raised alerts, and the newest of them. At most that one is not cleared."""

    rule_id: str
    rule_name: str
    """As it is now."""
    alert: Alert

    @property
    def state(self) -> str:
        return RAISED if self.alert.clear_reason is None else CLEARED

    @property
    def attributes(self) -> str:
        """JSON with the names of the API."""
        return _json(
            {
                "rule_id": self.rule_id,
                "rule_name": self.rule_name,
                "kind": self.alert.condition.kind,
                **place_of(self.alert.condition).model_dump(),
                **self.alert.model_dump(mode="json", include=ATTRIBUTES),
                "value": self.alert.value if self.state == RAISED else self.alert.peak_value,
            }
        )


def event(message: AlertChangedV1) -> str:
    """JSON with the fields of the message."""
    return _json(message.model_dump(mode="json", exclude=ENVELOPE))


def _json(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
