"""Rules of alerts, what is in force in each run, and what was raised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    op.create_table(
        "alert_rules",
        sa.Column("rule_id", Id, primary_key=True),
        sa.Column("video_id", Id, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("condition", sa.JSON, nullable=False),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("ix_alert_rules_video_id", "video_id"),
        schema=schema,
    )
    op.create_table(
        "alert_plans",
        sa.Column("run_id", Id, primary_key=True),
        sa.Column("video_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("is_finished", sa.Boolean, nullable=False),
        sa.Index("ix_alert_plans_video_id", "video_id"),
        schema=schema,
    )
    op.create_table(
        "alerts",
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
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at_s", sa.Double),
        sa.Column("clear_reason", sa.String(32)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_by", sa.String(200)),
        sa.Column("published_count", sa.Integer, nullable=False),
        sa.Index("ix_alerts_video_id_raised_at", "video_id", "raised_at", "raised_at_s", "alert_id"),
        sa.Index("ix_alerts_raised_at", "raised_at", "raised_at_s", "alert_id"),
        sa.Index("ix_alerts_published_count", "published_count"),
        schema=schema,
    )


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    for table in ("alerts", "alert_plans", "alert_rules"):
        op.drop_table(table, schema=schema)
