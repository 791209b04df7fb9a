"""Counts and flows as a workbook for traffic engineers (XLSX)."""

from onwatch_aggregator.reports.workbook.about_sheet import VideoCounted
from onwatch_aggregator.reports.workbook.book import XLSX_MEDIA_TYPE, counts_xlsx

__all__ = ["XLSX_MEDIA_TYPE", "VideoCounted", "counts_xlsx"]
