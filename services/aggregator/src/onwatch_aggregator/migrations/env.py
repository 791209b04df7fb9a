"""Run by Alembic: on the connection that `database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from onwatch_aggregator.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
