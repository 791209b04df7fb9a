"""SQL databases, SQLite or PostgreSQL: each owner's tables, limits and migrations; no table is known here."""
