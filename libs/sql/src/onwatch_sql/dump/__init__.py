"""Dumps and loads the tables of a service, in a form that does not depend on the kind of database."""

from onwatch_sql.dump.connections import Owned, sessions, snapshots, sqlite_file
from onwatch_sql.dump.failures import DATABASE_ERRORS, reason_of
from onwatch_sql.dump.reading import chunks_of, size_bytes
from onwatch_sql.dump.tables import TableShape, last_ids, set_last_ids, tables_of
from onwatch_sql.dump.writing import broken_references, drop_tables, load

__all__ = [
    "DATABASE_ERRORS",
    "Owned",
    "TableShape",
    "broken_references",
    "chunks_of",
    "drop_tables",
    "last_ids",
    "load",
    "reason_of",
    "sessions",
    "set_last_ids",
    "size_bytes",
    "snapshots",
    "sqlite_file",
    "tables_of",
]
