"""Counts the videos that are demanded in the whole system, for monitoring and autoscaling."""

from onwatch_catalog.demand.ledger import PEAK_WINDOW_S
from onwatch_catalog.demand.system_demand import ANALYSES, SystemDemand

__all__ = ["ANALYSES", "PEAK_WINDOW_S", "SystemDemand"]
