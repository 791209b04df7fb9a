"""The suite of databases, on the aggregator's."""

from __future__ import annotations

from onwatch_aggregator.tables import metadata
from onwatch_sql.testing.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
