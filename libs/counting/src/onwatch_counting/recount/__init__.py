"""Counts a whole log again, as `SiteCounter` would, many times as fast: vehicle by vehicle instead of by picture."""

from onwatch_counting.recount.whole_log import RecountCancelled, recount

__all__ = ["RecountCancelled", "recount"]
