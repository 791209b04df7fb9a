"""Counts and flows as a workbook for traffic engineers (XLSX)."""

from onwatch_aggregator.reports.workbook.about_sheet import VideoCounted
from onwatch_aggregator.reports.workbook.book import counts_xlsx

__all__ = ["VideoCounted", "counts_xlsx"]
