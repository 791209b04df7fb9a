"""Run by Alembic on the connection that `database.migrate` passes."""

from __future__ import annotations

from onwatch_catalog.records import metadata
from onwatch_sql.migrations import run_migrations

run_migrations(metadata)
