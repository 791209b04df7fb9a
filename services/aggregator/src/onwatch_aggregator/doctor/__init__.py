"""Finds what the aggregator stores for no video, or what a crash left behind, and repairs it."""

from onwatch_aggregator.doctor.examination import AggregatorDoctor, connected_redis, doctor
from onwatch_aggregator.doctor.orphans import Inventory

__all__ = ["AggregatorDoctor", "Inventory", "connected_redis", "doctor"]
