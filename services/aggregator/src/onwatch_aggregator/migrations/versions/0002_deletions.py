"""Deletions that are to be repeated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("video_id", Id, primary_key=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        schema=op.get_context().version_table_schema,  # None on SQLite
    )


def downgrade() -> None:
    op.drop_table("deletions", schema=op.get_context().version_table_schema)
