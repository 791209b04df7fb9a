"""The suite of databases, on the catalog's."""

from __future__ import annotations

from onwatch_catalog.videos.tables import metadata
from onwatch_testkit.sql.database_suite import DatabaseSuite


class TestDatabase(DatabaseSuite):
    tables = metadata
