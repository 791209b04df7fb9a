"""What persons say about the rows of runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
ZoneId = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    runs = "runs.run_id" if schema is None else f"{schema}.runs.run_id"
    op.create_table(
        "visit_marks",
        sa.Column("run_id", Id, sa.ForeignKey(runs, ondelete="CASCADE"), primary_key=True),
        sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("zone_id", ZoneId, primary_key=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("vehicle_type", sa.String(32)),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        schema=schema,
    )
    op.create_table(
        "missed_vehicles",
        sa.Column("run_id", Id, sa.ForeignKey(runs, ondelete="CASCADE"), primary_key=True),
        sa.Column("missed_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("vehicle_type", sa.String(32), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        schema=schema,
    )


def downgrade() -> None:
    for table in ("missed_vehicles", "visit_marks"):
        op.drop_table(table, schema=op.get_context().version_table_schema)
