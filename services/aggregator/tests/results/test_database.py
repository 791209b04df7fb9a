"""Runs the database suite on the aggregator's database."""

from __future__ import annotations

from onwatch_aggregator.results.tables import metadata
from onwatch_testkit.sql.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
