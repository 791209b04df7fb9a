"""Joins recordings into one video wherever they follow one another."""

from onwatch_catalog.joins.registry import Joins
from onwatch_catalog.joins.routes import add_joins
from onwatch_catalog.joins.work import JoinWork, RecordingJoiner

__all__ = ["JoinWork", "Joins", "RecordingJoiner", "add_joins"]
