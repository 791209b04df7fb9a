"""Videos, folders to be removed, and messages to be published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "videos",
        sa.Column("id", sa.String(64), primary_key=True),
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
        sa.Column("run_id", sa.String(64)),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("finished_run_id", sa.String(64)),
        sa.Column("anchor", sa.String(32), nullable=False),
        sa.Column("roi", sa.JSON),
        sa.Column("calibration", sa.JSON),
        sa.Column("analysis_requested_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_videos_created_at_id", "videos", ["created_at", "id"])
    op.create_index("ix_videos_analysis_requested_at", "videos", ["analysis_requested_at"])
    op.create_table("doomed_folders", sa.Column("video_id", sa.String(64), primary_key=True))
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("routing_key", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("doomed_folders")
    op.drop_index("ix_videos_analysis_requested_at", "videos")
    op.drop_index("ix_videos_created_at_id", "videos")
    op.drop_table("videos")
