"""Counts finished runs again, from their logs of detections, whenever a run is saved or a site changes."""

from onwatch_aggregator.recounts.loop import RecountLoop
from onwatch_aggregator.recounts.recounter import ProcessRecounter, Recounter, RecountImpossible, RecountLost, counted
from onwatch_aggregator.recounts.requests import Recounts
from onwatch_aggregator.recounts.sql_store import SqlRecountStore, site_of_run
from onwatch_aggregator.recounts.store import Recount, RecountState, RecountStore, StoredResults, StoredSite

__all__ = [
    "ProcessRecounter",
    "Recount",
    "RecountImpossible",
    "RecountLoop",
    "RecountLost",
    "RecountState",
    "RecountStore",
    "Recounter",
    "Recounts",
    "SqlRecountStore",
    "StoredResults",
    "StoredSite",
    "counted",
    "site_of_run",
]
