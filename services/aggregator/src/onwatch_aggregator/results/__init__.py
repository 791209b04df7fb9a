"""The results of finished runs in SQL."""

from onwatch_aggregator.results.bulk import write_rows
from onwatch_aggregator.results.csv_export import vehicles_csv
from onwatch_aggregator.results.database import make_engine, migrate
from onwatch_aggregator.results.site_tables import crossings, recounts, site_results, site_vehicles, sites, visits
from onwatch_aggregator.results.sql_store import NEWEST_FIRST, SqlResultsStore
from onwatch_aggregator.results.store import ResultsStore
from onwatch_aggregator.results.tables import detections, metadata, runs

__all__ = [
    "NEWEST_FIRST",
    "ResultsStore",
    "SqlResultsStore",
    "crossings",
    "detections",
    "make_engine",
    "metadata",
    "migrate",
    "recounts",
    "runs",
    "site_results",
    "site_vehicles",
    "sites",
    "vehicles_csv",
    "visits",
    "write_rows",
]
