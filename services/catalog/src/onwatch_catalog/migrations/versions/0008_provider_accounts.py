"""Accounts of an OpenID Connect provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "provider_accounts",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey(f"{prefix}users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.UniqueConstraint("user_id", name="uq_provider_accounts_user_id"),
        schema=schema,
    )


def downgrade() -> None:
    op.drop_table("provider_accounts", schema=op.get_context().version_table_schema)
