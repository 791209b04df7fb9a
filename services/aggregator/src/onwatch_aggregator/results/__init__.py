"""The results of finished runs in SQL."""

from onwatch_aggregator.results.csv_export import vehicles_csv
from onwatch_aggregator.results.database import make_engine, migrate
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.results.store import ResultsStore
from onwatch_aggregator.results.tables import metadata

__all__ = ["ResultsStore", "SqlResultsStore", "make_engine", "metadata", "migrate", "vehicles_csv"]
