"""The tables of accounts, keys and the audit log, as the migrations create them; a test compares both."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_catalog.records import metadata as metadata
from onwatch_sql.columns import Id, UtcDateTime

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # Case-folded: two accounts must not differ in case alone.
    sa.Column("name_key", sa.Text, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    # Null: the account has no password, and is entered by a one-time link.
    sa.Column("password_hash", sa.Text),
    sa.Column("video_ids", sa.JSON(none_as_null=True)),
    # Null: none. Ids of folders that were deleted stay; they are never given again.
    sa.Column("folder_ids", sa.JSON(none_as_null=True)),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("name_key", name="uq_users_name_key"),
)

# Accounts of an OpenID Connect provider. They are found by issuer and subject, which it never gives to somebody else.
provider_accounts = sa.Table(
    "provider_accounts",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("user_id", Id, sa.ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    # Of the provider, as at the last login.
    sa.Column("provider", sa.Text, nullable=False),
    sa.UniqueConstraint("user_id", name="uq_provider_accounts_user_id"),
)

# Sessions, tokens, shared links and one-time logins: each is a secret that acts for an account, perhaps with less
# rights. Of a secret, only its SHA-256 is stored; it has 256 random bits, so that no slower hash is needed.
keys = sa.Table(
    "access_keys",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    # Of the cookie before the last rotation; it is accepted until the new one was used, and for a minute after that.
    sa.Column("previous_hash", sa.String(64)),
    sa.Column("previous_until", UtcDateTime),
    sa.Column("rotated_at", UtcDateTime, nullable=False),
    sa.Column("user_id", Id, sa.ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    # The link that opened a session, which ends with it.
    sa.Column("parent_id", Id, sa.ForeignKey(f"{metadata.schema}.access_keys.id", ondelete="CASCADE")),
    sa.Column("role", sa.String(16)),  # null: that of the account
    sa.Column("name", sa.Text),
    sa.Column("video_ids", sa.JSON(none_as_null=True)),
    sa.Column("folder_ids", sa.JSON(none_as_null=True)),
    sa.Column("moment_s", sa.Double),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("last_used_at", UtcDateTime),
    sa.UniqueConstraint("secret_hash", name="uq_access_keys_secret_hash"),
    sa.Index("ix_access_keys_previous_hash", "previous_hash"),
    sa.Index("ix_access_keys_user_id", "user_id"),
    sa.Index("ix_access_keys_parent_id", "parent_id"),
)

# The database refuses to change or delete a row (triggers in the migration).
audit = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.String(16)),
    sa.Column("kind", sa.String(16)),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("video_id", sa.String(64)),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)

# Of passwords, by account and address.
guesses = sa.Table(
    "guesses",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),  # a hash
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Index("ix_guesses_last_at", "last_at"),
)

# What all processes encrypt and decrypt short-lived values with.
shared_keys = sa.Table(
    "shared_keys",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)
