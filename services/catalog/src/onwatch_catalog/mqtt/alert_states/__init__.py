"""The newest alert of each rule, asked for at the aggregator when it may have changed."""

from onwatch_catalog.mqtt.alert_states.source import AlertSource, HttpAlerts, aggregator_client
from onwatch_catalog.mqtt.alert_states.states import AlertStates

__all__ = ["AlertSource", "AlertStates", "HttpAlerts", "aggregator_client"]
