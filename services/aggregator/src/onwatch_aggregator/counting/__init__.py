"""What a run has counted: totals, visits and the record of a run, as values without I/O."""

from onwatch_aggregator.counting.packed_rows import PackedRows
from onwatch_aggregator.counting.run_record import RunRecord, finished_at, finished_run
from onwatch_aggregator.counting.totals import RunTotals, coverage
from onwatch_aggregator.counting.visits import (
    InconsistentRun,
    check_consistent,
    totals_of,
    vehicle,
    vehicles,
    visit_key,
    visit_order,
)

__all__ = [
    "InconsistentRun",
    "PackedRows",
    "RunRecord",
    "RunTotals",
    "check_consistent",
    "coverage",
    "finished_at",
    "finished_run",
    "totals_of",
    "vehicle",
    "vehicles",
    "visit_key",
    "visit_order",
]
