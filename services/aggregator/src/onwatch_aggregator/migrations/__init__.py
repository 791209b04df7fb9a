"""The Alembic migrations of the aggregator's tables."""
