"""Videos, folders to be removed, and messages to be published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    op.create_table(
        "videos",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("file_path", sa.Text, nullable=False),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("fps", sa.Double, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_reason", sa.Text),
        sa.Column("run_id", Id),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("finished_run_id", Id),
        sa.Column("anchor", sa.String(32), nullable=False),
        sa.Column("roi", sa.JSON),
        sa.Column("calibration", sa.JSON),
        sa.Column("analysis_requested_at", sa.DateTime(timezone=True)),
        schema=schema,
    )
    op.create_index("ix_videos_created_at_id", "videos", ["created_at", "id"], schema=schema)
    op.create_index("ix_videos_analysis_requested_at", "videos", ["analysis_requested_at"], schema=schema)
    op.create_table("doomed_folders", sa.Column("video_id", Id, primary_key=True), schema=schema)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("routing_key", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
        schema=schema,
    )


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_table("outbox", schema=schema)
    op.drop_table("doomed_folders", schema=schema)
    op.drop_index("ix_videos_analysis_requested_at", "videos", schema=schema)
    op.drop_index("ix_videos_created_at_id", "videos", schema=schema)
    op.drop_table("videos", schema=schema)
