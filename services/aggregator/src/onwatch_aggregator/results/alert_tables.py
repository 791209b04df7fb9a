"""The tables of alerts: the rules of each video, what is in force in each run, and what was raised."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_aggregator.results.tables import metadata
from onwatch_sql.columns import Id, UtcDateTime

alert_rules = sa.Table(
    "alert_rules",
    metadata,
    sa.Column("rule_id", Id, primary_key=True),
    sa.Column("video_id", Id, nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("condition", sa.JSON, nullable=False),
    sa.Column("is_enabled", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index("ix_alert_rules_video_id", "video_id"),
)

# With the log of the run, all that its alerts depend on. Only runs of videos with rules have a row.
alert_plans = sa.Table(
    "alert_plans",
    metadata,
    sa.Column("run_id", Id, primary_key=True),
    sa.Column("video_id", Id, nullable=False),
    # Grows with every change: of two writers that read the same, one fails.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    # The run is over, and its alerts with it.
    sa.Column("is_finished", sa.Boolean, nullable=False),
    sa.Index("ix_alert_plans_video_id", "video_id"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("alert_id", Id, primary_key=True),
    sa.Column("video_id", Id, nullable=False),
    sa.Column("run_id", Id, nullable=False),
    sa.Column("rule_id", Id, nullable=False),
    sa.Column("rule_name", sa.String(100), nullable=False),
    sa.Column("condition", sa.JSON, nullable=False),
    sa.Column("place_name", sa.String(100)),
    sa.Column("raised_at_s", sa.Double, nullable=False),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("peak_value", sa.Double, nullable=False),
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("cleared_at_s", sa.Double),
    sa.Column("clear_reason", sa.String(32)),
    sa.Column("acknowledged_at", UtcDateTime),
    sa.Column("acknowledged_by", sa.String(200)),
    # How much of it the bus has accepted: 0 nothing, 1 that it was raised, 2 that it was cleared.
    sa.Column("published_count", sa.Integer, nullable=False),
    sa.Index("ix_alerts_video_id_raised_at", "video_id", "raised_at", "raised_at_s", "alert_id"),
    sa.Index("ix_alerts_raised_at", "raised_at", "raised_at_s", "alert_id"),
    sa.Index("ix_alerts_published_count", "published_count"),
)

ALERT_TABLES = (alerts, alert_plans, alert_rules)
"""From which the rows of a deleted video are removed."""
