"""Several processes on one database: who lives, and what each of them does and has promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("processes", "activities", "quota_reservations", "guesses", "shared_keys")


def upgrade() -> None:
    schema = op.get_context().version_table_schema  # None on SQLite
    op.create_table(
        "processes",
        sa.Column("number", Number, primary_key=True),
        sa.Column("beats_count", sa.BigInteger, nullable=False),
        schema=schema,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "activities",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("id", Id, primary_key=True),
        sa.Column("process_number", sa.BigInteger),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("folder_id", Id),
        sa.Column("state", sa.JSON(none_as_null=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        schema=schema,
    )
    op.create_table(
        "quota_reservations",
        sa.Column("owner", Id, primary_key=True),
        sa.Column("process_number", sa.BigInteger),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_table(
        "guesses",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        schema=schema,
    )
    op.create_index("ix_guesses_last_at", "guesses", ["last_at"], schema=schema)
    op.create_table(
        "shared_keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        schema=schema,
    )
    op.add_column("doomed_folders", sa.Column("process_number", sa.BigInteger), schema=schema)


def downgrade() -> None:
    schema = op.get_context().version_table_schema
    op.drop_column("doomed_folders", "process_number", schema=schema)
    for table in TABLES:
        op.drop_table(table, schema=schema)
