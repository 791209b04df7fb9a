"""SQLite and PostgreSQL databases of the services: engines, limits, errors and migrations. The tables are theirs."""
