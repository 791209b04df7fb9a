"""The site of each video, the state of its recount, and the rows that it found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    results = "site_results.video_id" if schema is None else f"{schema}.site_results.video_id"
    op.create_table(
        "sites",
        sa.Column("video_id", Id, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("site", sa.JSON, nullable=False),
        schema=schema,
    )
    op.create_table(
        "recounts",
        sa.Column("video_id", Id, primary_key=True),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("problem", sa.Text),
        sa.Column("attempt_id", Id),
        sa.Column("losses_count", sa.Integer, nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True)),
        sa.Column("is_published", sa.Boolean, nullable=False),
        schema=schema,
    )
    op.create_table(
        "site_results",
        sa.Column("video_id", Id, primary_key=True),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("site", sa.JSON, nullable=False),
        sa.Column("end_s", sa.Double, nullable=False),
        sa.Column("observed_spans_s", sa.JSON, nullable=False),
        sa.Column("unconfirmed_tracks_count", sa.Integer, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        schema=schema,
    )
    op.create_table(
        "site_vehicles",
        sa.Column("video_id", Id, sa.ForeignKey(results, ondelete="CASCADE"), primary_key=True),
        sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("vehicle_type", sa.String(64), nullable=False),
        sa.Column("first_seen_s", sa.Double, nullable=False),
        sa.Column("last_seen_s", sa.Double, nullable=False),
        sa.Column("moving_s", sa.Double, nullable=False),
        sa.Column("standing_s", sa.Double, nullable=False),
        sa.Column("stops_count", sa.Integer, nullable=False),
        sa.Column("is_parked", sa.Boolean, nullable=False),
        sa.Column("end_reason", sa.String(32), nullable=False),
        sa.Column("speed_kmh", sa.Double),
        sa.Column("speed_error_kmh", sa.Double),
        schema=schema,
    )
    op.create_table(
        "visits",
        sa.Column("video_id", Id, sa.ForeignKey(results, ondelete="CASCADE"), primary_key=True),
        sa.Column("zone_id", Id, primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("vehicle_id", sa.Integer),
        sa.Column("vehicle_type", sa.String(64), nullable=False),
        sa.Column("entered_at_s", sa.Double, nullable=False),
        sa.Column("left_at_s", sa.Double, nullable=False),
        sa.Column("exit_reason", sa.String(32), nullable=False),
        sa.Column("born_inside", sa.Boolean, nullable=False),
        sa.Column("moving_s", sa.Double, nullable=False),
        sa.Column("standing_s", sa.Double, nullable=False),
        sa.Column("stops_count", sa.Integer, nullable=False),
        sa.Column("is_parked", sa.Boolean, nullable=False),
        sa.Column("standing_spans_s", sa.JSON, nullable=False),
        sa.Column("speed_kmh", sa.Double),
        sa.Column("speed_error_kmh", sa.Double),
        schema=schema,
    )
    op.create_table(
        "crossings",
        sa.Column("video_id", Id, sa.ForeignKey(results, ondelete="CASCADE"), primary_key=True),
        sa.Column("gate_id", Id, primary_key=True),
        sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("crossing_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("vehicle_type", sa.String(64), nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("speed_kmh", sa.Double),
        sa.Column("speed_error_kmh", sa.Double),
        sa.Column("headway_s", sa.Double),
        sa.Column("gap_s", sa.Double),
        schema=schema,
    )


def downgrade() -> None:
    for table in ("crossings", "visits", "site_vehicles", "site_results", "recounts", "sites"):
        op.drop_table(table, schema=op.get_context().version_table_schema)
