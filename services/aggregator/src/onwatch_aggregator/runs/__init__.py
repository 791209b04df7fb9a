"""The life of runs across Redis and SQL: claims, leases, finishing, deletion and queries."""

from onwatch_aggregator.runs.claims import Claims
from onwatch_aggregator.runs.deletion import Deletion
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.leases import LeaseWatch
from onwatch_aggregator.runs.queries import Queries
from onwatch_aggregator.runs.retention import LogRetention
from onwatch_aggregator.runs.sweep import Sweep

__all__ = ["Claims", "Deletion", "Finishing", "LeaseWatch", "LogRetention", "Queries", "Sweep"]
