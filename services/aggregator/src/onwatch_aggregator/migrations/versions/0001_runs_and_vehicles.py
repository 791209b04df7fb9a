"""Finished runs and their vehicles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("video_id", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detector_model", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("analysed_s", sa.Double, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("total_vehicles_count", sa.Integer, nullable=False),
        sa.Column("current_vehicles_count", sa.Integer, nullable=False),
        sa.Column("visits_count", sa.Integer, nullable=False),
        sa.Column("vehicle_type", sa.JSON, nullable=False),
        sa.Column("vehicle_dwell_time_visits", sa.Integer, nullable=False),
        sa.Column("vehicle_dwell_time_total_us", sa.BigInteger, nullable=False),
        sa.Column("vehicle_dwell_time_max_us", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_runs_video_id_finished_at", "runs", ["video_id", "finished_at"])
    op.create_table(
        "vehicles",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("zone_id", sa.Text, primary_key=True),
        sa.Column("vehicle_type", sa.String(32), nullable=False),
        sa.Column("entered_at_s", sa.Double, nullable=False),
        sa.Column("left_at_s", sa.Double, nullable=False),
        sa.Column("vehicle_dwell_time_s", sa.Double, nullable=False),
        sa.Column("exit_reason", sa.String(32), nullable=False),
        sa.Column("born_inside", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("vehicles")
    op.drop_index("ix_runs_video_id_finished_at", "runs")
    op.drop_table("runs")
