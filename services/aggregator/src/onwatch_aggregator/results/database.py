"""The aggregator's database: its engine and its migrations."""

from __future__ import annotations

from onwatch_aggregator.results.tables import SCHEMA
from onwatch_sql.database import Database

DATABASE = Database(owner="aggregator", schema=SCHEMA, migration_lock=int.from_bytes(b"owaggreg"))

make_engine = DATABASE.make_engine
migrate = DATABASE.migrate
