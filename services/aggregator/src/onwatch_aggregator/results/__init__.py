"""The results of finished runs in SQL."""

from onwatch_aggregator.results.alert_tables import ALERT_TABLES, alert_plans, alert_rules, alerts
from onwatch_aggregator.results.bulk import write_rows
from onwatch_aggregator.results.csv_export import rows_csv
from onwatch_aggregator.results.database import DATABASE, make_engine, migrate
from onwatch_aggregator.results.site_tables import (
    SITE_TABLES,
    crossings,
    recounts,
    site_results,
    site_vehicles,
    sites,
    visits,
)
from onwatch_aggregator.results.sql_store import NEWEST_FIRST, SqlResultsStore
from onwatch_aggregator.results.store import ResultsStore, run_of
from onwatch_aggregator.results.tables import (
    deletions,
    detections,
    metadata,
    missed_vehicles,
    next_chunks,
    runs,
    vehicles,
    visit_marks,
)
from onwatch_aggregator.results.xlsx_export import XLSX_MEDIA_TYPE, new_workbook, vehicles_xlsx

__all__ = [
    "ALERT_TABLES",
    "DATABASE",
    "NEWEST_FIRST",
    "SITE_TABLES",
    "XLSX_MEDIA_TYPE",
    "ResultsStore",
    "SqlResultsStore",
    "alert_plans",
    "alert_rules",
    "alerts",
    "crossings",
    "deletions",
    "detections",
    "make_engine",
    "metadata",
    "migrate",
    "missed_vehicles",
    "new_workbook",
    "next_chunks",
    "recounts",
    "rows_csv",
    "run_of",
    "runs",
    "site_results",
    "site_vehicles",
    "sites",
    "vehicles",
    "vehicles_xlsx",
    "visit_marks",
    "visits",
    "write_rows",
]
