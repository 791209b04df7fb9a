"""The log of detections of finished runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    run_id = "runs.run_id" if schema is None else f"{schema}.runs.run_id"
    op.create_table(
        "detections",
        sa.Column("run_id", Id, sa.ForeignKey(run_id, ondelete="CASCADE"), primary_key=True),
        sa.Column("chunk_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("starts_s", sa.Double, nullable=False),
        sa.Column("ends_s", sa.Double, nullable=False),
        sa.Column("pictures_count", sa.Integer, nullable=False),
        sa.Column("boxes_count", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        schema=schema,
    )
    if op.get_bind().dialect.name == "postgresql":  # the chunks are compressed, so that trying it again is in vain
        op.execute(f"ALTER TABLE {schema}.detections ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("detections", schema=op.get_context().version_table_schema)
