"""The database suite on the catalog's database."""

from __future__ import annotations

from onwatch_catalog.records.tables import metadata
from onwatch_testkit.sql.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
