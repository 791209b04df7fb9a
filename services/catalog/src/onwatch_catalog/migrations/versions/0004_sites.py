"""What is counted in a video besides its region of interest, and when it was recorded."""

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
    videos = f"{schema}.videos" if schema else "videos"
    op.create_table(
        "sites",
        # Deleted with its video, also by a catalog of the version before.
        sa.Column("video_id", Id, sa.ForeignKey(f"{videos}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("zones", sa.JSON, nullable=False),
        sa.Column("gates", sa.JSON, nullable=False),
        sa.Column("movements", sa.JSON, nullable=False),
        sa.Column("recorded_at", sa.String(40)),
        sa.Column("time_zone", sa.String(64)),
        sa.Column("recorded_source", sa.String(16), nullable=False),
        schema=schema,
    )


def downgrade() -> None:
    op.drop_table("sites", schema=op.get_context().version_table_schema)
