"""The catalog's database: its engine and its migrations."""

from __future__ import annotations

from onwatch_catalog.records.tables import SCHEMA
from onwatch_sql.database import Database

DATABASE = Database(
    owner="catalog",
    schema=SCHEMA,
    migration_lock=int.from_bytes(b"owcatlog"),
    append_only=frozenset({"audit_log"}),
)

make_engine = DATABASE.make_engine
migrate = DATABASE.migrate
sqlite_folder = DATABASE.sqlite_folder
