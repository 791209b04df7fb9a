"""Accounts, the keys that act for them, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005b"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "users",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("video_ids", sa.JSON(none_as_null=True)),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
        schema=schema,
    )
    op.create_table(
        "access_keys",
        sa.Column("id", Id, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64)),
        sa.Column("previous_until", Time),
        sa.Column("rotated_at", Time, nullable=False),
        sa.Column("user_id", Id, sa.ForeignKey(f"{prefix}users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("parent_id", Id, sa.ForeignKey(f"{prefix}access_keys.id", ondelete="CASCADE")),
        sa.Column("role", sa.String(16)),
        sa.Column("name", sa.Text),
        sa.Column("video_ids", sa.JSON(none_as_null=True)),
        sa.Column("moment_s", sa.Double),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("expires_at", Time),
        sa.Column("last_used_at", Time),
        sa.UniqueConstraint("secret_hash", name="uq_access_keys_secret_hash"),
        schema=schema,
    )
    for column in ("previous_hash", "user_id", "parent_id"):
        op.create_index(f"ix_access_keys_{column}", "access_keys", [column], schema=schema)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", Time, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16)),
        sa.Column("kind", sa.String(16)),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("video_id", sa.String(64)),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        schema=schema,
        sqlite_autoincrement=True,
    )
    for statement in _append_only(prefix):
        op.execute(statement)


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    for table in ("audit_log", "access_keys", "users"):
        op.drop_table(table, schema=schema)
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION IF EXISTS {schema}.refuse_audit_change")


def _append_only(prefix: str) -> list[str]:
    """Triggers that refuse to change or delete a row of the audit log."""
    if op.get_context().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER audit_log_no_{event.lower()} BEFORE {event} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            for event in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {prefix}refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        f"CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {prefix}audit_log "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {prefix}refuse_audit_change()",
    ]
