"""Turns pending analysis requests into demand for runs."""

from onwatch_catalog.analysis.demand import AnalysisDemand

__all__ = ["AnalysisDemand"]
