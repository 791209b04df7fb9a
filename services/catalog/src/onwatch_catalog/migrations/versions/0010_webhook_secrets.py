"""The secret of a webhook before its last rotation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    op.add_column("webhooks", sa.Column("previous_secret", sa.Text), schema=schema)
    op.add_column("webhooks", sa.Column("previous_secret_until", sa.DateTime(timezone=True)), schema=schema)


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    for column in ("previous_secret_until", "previous_secret"):
        op.drop_column("webhooks", column, schema=schema)
