"""Answers about zones and gates: results, flows, interval tables and their files."""

from onwatch_aggregator.reports.queries import Reports
from onwatch_aggregator.reports.routes import add_report_routes
from onwatch_aggregator.reports.scheme_file import load_type_scheme

__all__ = ["Reports", "add_report_routes", "load_type_scheme"]
