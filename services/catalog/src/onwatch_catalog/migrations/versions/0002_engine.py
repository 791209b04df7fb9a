"""What finds the vehicles of a video."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    # The default is for the videos that are there, and for what a catalog of the version before still adds.
    op.add_column("videos", sa.Column("engine", sa.String(16), nullable=False, server_default="auto"), schema=schema)


def downgrade() -> None:
    op.drop_column("videos", "engine", schema=op.get_context().version_table_schema)
