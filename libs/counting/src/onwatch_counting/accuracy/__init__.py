"""Compares a person's count with the system's: errors by type and by interval, MAPE and GEH."""

from onwatch_counting.accuracy.comparison import Accuracy, Error, TimedVehicle, accuracy
from onwatch_counting.accuracy.intervals import CountedInterval, interval_s
from onwatch_counting.accuracy.measures import FLOW_COUNTED_S, error_percent, geh, mape_percent, per_hour

__all__ = [
    "FLOW_COUNTED_S",
    "Accuracy",
    "CountedInterval",
    "Error",
    "TimedVehicle",
    "accuracy",
    "error_percent",
    "geh",
    "interval_s",
    "mape_percent",
    "per_hour",
]
