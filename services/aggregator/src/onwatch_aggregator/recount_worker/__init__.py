"""The process that counts a log of detections. It imports the counting rules only, so that it starts quickly."""

from onwatch_aggregator.recount_worker.alerts import read_changes
from onwatch_aggregator.recount_worker.evidence import evidence_json, read_evidence
from onwatch_aggregator.recount_worker.framing import END, framed
from onwatch_aggregator.recount_worker.site_rows import Row, crossing_row, results_of, vehicle_row, visit_row

WORKER = "onwatch_aggregator.recount_worker.worker"
"""The module that is run."""

__all__ = [
    "END",
    "WORKER",
    "Row",
    "crossing_row",
    "evidence_json",
    "framed",
    "read_changes",
    "read_evidence",
    "results_of",
    "vehicle_row",
    "visit_row",
]
