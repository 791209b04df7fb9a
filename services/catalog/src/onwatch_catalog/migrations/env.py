"""Run by Alembic: on the connection that `database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from onwatch_catalog.tables import metadata

handed_over = context.config.attributes
context.configure(
    connection=handed_over["connection"],
    target_metadata=metadata,
    version_table=handed_over["version_table"],
    version_table_schema=handed_over["schema"],
)
with context.begin_transaction():
    context.run_migrations()
