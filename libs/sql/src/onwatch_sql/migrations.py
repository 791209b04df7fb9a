"""The body of each service's `migrations/env.py`, run by Alembic on the connection of `Database.migrate`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from onwatch_sql.contract import record_contract


def run_migrations(metadata: sa.MetaData) -> None:
    """Migrate the tables to the newest version, which `metadata` describes."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=metadata,
        version_table=attributes["version_table"],
        version_table_schema=attributes["schema"],
        on_version_apply=record_contract,
    )
    with context.begin_transaction():
        context.run_migrations()
