"""What a run has counted: totals, visits and the record of a run, as values without I/O."""

from onwatch_aggregator.counting.run_record import RunRecord, finished_at, finished_run
from onwatch_aggregator.counting.totals import MICROSECONDS, RunTotals, coverage, dwell_us, seconds
from onwatch_aggregator.counting.visits import InconsistentRun, check_consistent, totals_of, vehicles, visit_key

__all__ = [
    "MICROSECONDS",
    "InconsistentRun",
    "RunRecord",
    "RunTotals",
    "check_consistent",
    "coverage",
    "dwell_us",
    "finished_at",
    "finished_run",
    "seconds",
    "totals_of",
    "vehicles",
    "visit_key",
]
