"""What a file turned out to be, and the rate that was set for one without timestamps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAMES = ("codec", "is_counted", "is_rate_assumed", "recorded_fps", "notes")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    # Null in the rows that are there, and in what a catalog of the version before still adds.
    types = (sa.String(32), sa.Boolean, sa.Boolean, sa.Double, sa.JSON)
    for name, kind in zip(NAMES, types, strict=True):
        op.add_column("videos", sa.Column(name, kind), schema=schema)


def downgrade() -> None:
    for name in reversed(NAMES):
        op.drop_column("videos", name, schema=op.get_context().version_table_schema)
