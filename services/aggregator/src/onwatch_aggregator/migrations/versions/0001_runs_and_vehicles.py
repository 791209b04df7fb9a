"""Finished runs and their vehicles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
ZoneId = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    run_id = "runs.run_id" if schema is None else f"{schema}.runs.run_id"
    op.create_table(
        "runs",
        sa.Column("run_id", Id, primary_key=True),
        sa.Column("video_id", Id, nullable=False),
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
        schema=schema,
    )
    op.create_index("ix_runs_video_id_finished_at", "runs", ["video_id", "finished_at"], schema=schema)
    op.create_table(
        "vehicles",
        sa.Column("run_id", Id, sa.ForeignKey(run_id, ondelete="CASCADE"), primary_key=True),
        sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("zone_id", ZoneId, primary_key=True),
        sa.Column("vehicle_type", sa.String(32), nullable=False),
        sa.Column("entered_at_s", sa.Double, nullable=False),
        sa.Column("left_at_s", sa.Double, nullable=False),
        sa.Column("vehicle_dwell_time_s", sa.Double, nullable=False),
        sa.Column("exit_reason", sa.String(32), nullable=False),
        sa.Column("born_inside", sa.Boolean, nullable=False),
        schema=schema,
    )


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_table("vehicles", schema=schema)
    op.drop_index("ix_runs_video_id_finished_at", "runs", schema=schema)
    op.drop_table("runs", schema=schema)
