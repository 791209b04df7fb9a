"""The suite of databases, on the catalog's."""

from __future__ import annotations

from onwatch_catalog.tables import metadata
from onwatch_sql.testing.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
