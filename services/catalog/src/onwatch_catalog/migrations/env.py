"""Run by Alembic: on the connection that `database.migrate` hands over."""

from __future__ import annotations

from onwatch_catalog.videos.tables import metadata
from onwatch_sql.migrating import run_migrations

run_migrations(metadata)
