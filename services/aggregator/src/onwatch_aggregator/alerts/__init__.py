"""Alerts: the rules of videos, what they raise while a video is processed, and what they would have raised."""

from onwatch_aggregator.alerts.administration import AlertAdministration
from onwatch_aggregator.alerts.evaluation import Evaluation
from onwatch_aggregator.alerts.loop import AlertLoop
from onwatch_aggregator.alerts.replaying import ProcessReplayer, Replayer
from onwatch_aggregator.alerts.routes import add_alert_routes
from onwatch_aggregator.alerts.sql_store import SqlAlertStore

__all__ = [
    "AlertAdministration",
    "AlertLoop",
    "Evaluation",
    "ProcessReplayer",
    "Replayer",
    "SqlAlertStore",
    "add_alert_routes",
]
