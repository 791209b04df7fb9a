"""Alembic's home: each version of the tables, in order."""
