"""Keeps what a person says about the rows of a run, and computes its accuracy from that."""

from onwatch_aggregator.marks.marking import Marking
from onwatch_aggregator.marks.routes import add_mark_routes
from onwatch_aggregator.marks.store import MarkStore, SqlMarkStore

__all__ = ["MarkStore", "Marking", "SqlMarkStore", "add_mark_routes"]
