"""What the list of videos is searched and sorted by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NameKey = sa.String(400).with_variant(sa.String(400, collation="C"), "postgresql")
INDEXES = {
    "ix_videos_listing": ["created_at", "id", "name_key", "status", "analysis_requested_at"],
    "ix_videos_name_key_id": ["name_key", "id"],
    "ix_videos_duration_s_id": ["duration_s", "id"],
    "ix_videos_size_bytes_id": ["size_bytes", "id"],
}


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    op.add_column("videos", sa.Column("name_key", NameKey), schema=schema)
    for name, columns in INDEXES.items():
        op.create_index(name, "videos", columns, schema=schema)


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    for name in reversed(INDEXES):
        op.drop_index(name, "videos", schema=schema)
    op.drop_column("videos", "name_key", schema=schema)
