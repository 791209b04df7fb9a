"""What an owner's `migrations/env.py` does, which Alembic runs on the connection of `Database.migrate`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context


def run_migrations(metadata: sa.MetaData) -> None:
    """Make the database's tables those of the newest version; `metadata` are the tables as they should be."""
    handed_over = context.config.attributes
    context.configure(
        connection=handed_over["connection"],
        target_metadata=metadata,
        version_table=handed_over["version_table"],
        version_table_schema=handed_over["schema"],
    )
    with context.begin_transaction():
        context.run_migrations()
