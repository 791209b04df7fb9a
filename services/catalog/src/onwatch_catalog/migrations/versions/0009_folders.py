"""Folders of videos, and accounts and keys that are limited to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
NameKey = sa.String(400).with_variant(sa.String(400, collation="C"), "postgresql")
LISTED = ["created_at", "id", "name_key", "status", "analysis_requested_at"]
IN_A_FOLDER = ("videos", "uploads")
LIMITED = ("users", "access_keys")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "folders",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", NameKey, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("name_key", name="uq_folders_name_key"),
        schema=schema,
    )
    for table in IN_A_FOLDER:
        # In SQL: Alembic would add the constraint in a statement of its own, which SQLite does not have.
        kind = 'VARCHAR(64) COLLATE "C"' if schema else "VARCHAR(64)"
        op.execute(f"ALTER TABLE {prefix}{table} ADD COLUMN folder_id {kind} REFERENCES {prefix}folders (id)")
    for table in LIMITED:
        op.add_column(table, sa.Column("folder_ids", sa.JSON(none_as_null=True)), schema=schema)
    op.drop_index("ix_videos_listing", "videos", schema=schema)
    op.create_index("ix_videos_listing", "videos", [*LISTED, "folder_id"], schema=schema)
    op.create_index("ix_videos_folder_listing", "videos", ["folder_id", *LISTED], schema=schema)


def downgrade() -> None:
    """Who is limited to folders keeps the videos that are named, and is not let see others."""
    schema = op.get_context().version_table_schema
    op.drop_index("ix_videos_folder_listing", "videos", schema=schema)
    op.drop_index("ix_videos_listing", "videos", schema=schema)
    op.create_index("ix_videos_listing", "videos", LISTED, schema=schema)
    for table in LIMITED:
        op.drop_column(table, "folder_ids", schema=schema)
    for table in IN_A_FOLDER:
        op.drop_column(table, "folder_id", schema=schema)
    op.drop_table("folders", schema=schema)
