"""The suite of databases, on the aggregator's."""

from __future__ import annotations

from onwatch_aggregator.results.tables import metadata
from onwatch_testkit.sql.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
