"""Run by Alembic: on the connection that `database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from onwatch_aggregator.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="alembic_version_aggregator",  # its own, should services share a database
)
with context.begin_transaction():
    context.run_migrations()
