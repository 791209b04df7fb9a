"""The catalog's database: its engine, and bringing its tables up to date."""

from __future__ import annotations

from onwatch_catalog.videos.tables import SCHEMA
from onwatch_sql.database import Database

DATABASE = Database(owner="catalog", schema=SCHEMA, migration_lock=int.from_bytes(b"owcatlog"))

make_engine = DATABASE.make_engine
migrate = DATABASE.migrate
