"""What a file turned out to be, and the rate that was set for one without timestamps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    # Null in the rows that are there, and in what a catalog of the version before still adds.
    op.add_column("videos", sa.Column("codec", sa.String(32)), schema=schema)
    op.add_column("videos", sa.Column("is_counted", sa.Boolean), schema=schema)
    op.add_column("videos", sa.Column("is_rate_assumed", sa.Boolean), schema=schema)
    op.add_column("videos", sa.Column("recorded_fps", sa.Double), schema=schema)
    op.add_column("videos", sa.Column("notes", sa.JSON), schema=schema)


def downgrade() -> None:
    for name in ("notes", "recorded_fps", "is_rate_assumed", "is_counted", "codec"):
        op.drop_column("videos", name, schema=op.get_context().version_table_schema)
