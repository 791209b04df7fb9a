"""Webhooks and their deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "webhooks",
        sa.Column("id", Id, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        schema=schema,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("webhook_id", Id, sa.ForeignKey(f"{prefix}webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts_count", sa.Integer, nullable=False),
        sa.Column("response_status", sa.Integer),
        sa.Column("problem", sa.Text),
        sa.Column("next_attempt_at", Time),
        sa.Column("claim_id", Id),
        sa.Column("claimed_until", Time),
        sa.UniqueConstraint("id", name="uq_webhook_deliveries_id"),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"),
        schema=schema,
        sqlite_autoincrement=True,
    )
    for columns in (("webhook_id", "number"), ("status", "next_attempt_at"), ("claimed_until",), ("at",)):
        name = f"ix_webhook_deliveries_{'_'.join(columns)}"
        op.create_index(name, "webhook_deliveries", list(columns), schema=schema)


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    for table in ("webhook_deliveries", "webhooks"):
        op.drop_table(table, schema=schema)
