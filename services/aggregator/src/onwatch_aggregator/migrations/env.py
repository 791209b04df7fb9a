"""Run by Alembic, on the connection that `results.migrate` passes."""

from __future__ import annotations

from onwatch_aggregator.results import metadata
from onwatch_sql.migrations import run_migrations

run_migrations(metadata)
