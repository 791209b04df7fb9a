"""The tables of webhooks and deliveries, as the migrations create them; a test compares both."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_catalog.records import metadata
from onwatch_sql.columns import Id, UtcDateTime

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("is_enabled", sa.Boolean, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    # Readable, not a hash: it signs every delivery. Whoever reads this table can forge deliveries, and nothing else.
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # The one before it, while receivers still know only that.
    sa.Column("previous_secret", sa.Text),
    sa.Column("previous_secret_until", UtcDateTime),
)

deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    # The order in which they were noted.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("id", Id, nullable=False),
    sa.Column("webhook_id", Id, sa.ForeignKey(webhooks.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("event", sa.String(32), nullable=False),
    # The same for a repeated message about the same event.
    sa.Column("event_id", sa.Text, nullable=False),
    # As it is sent, at every attempt.
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts_count", sa.Integer, nullable=False),
    sa.Column("response_status", sa.Integer),
    sa.Column("problem", sa.Text),
    sa.Column("next_attempt_at", UtcDateTime),  # null: not waiting
    # Of the attempt in progress; one that was interrupted may be repeated after `claimed_until`.
    sa.Column("claim_id", Id),
    sa.Column("claimed_until", UtcDateTime),
    sa.UniqueConstraint("id", name="uq_webhook_deliveries_id"),
    sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"),
    sa.Index("ix_webhook_deliveries_webhook_id_number", "webhook_id", "number"),
    sa.Index("ix_webhook_deliveries_status_next_attempt_at", "status", "next_attempt_at"),
    sa.Index("ix_webhook_deliveries_claimed_until", "claimed_until"),
    sa.Index("ix_webhook_deliveries_at", "at"),
    sqlite_autoincrement=True,  # a number is never reused: pages refer to it
)
