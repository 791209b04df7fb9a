"""Tables for traffic counts: flows, movements, intervals, peak hours and queues, from the results of a site."""

from onwatch_counting.tables.clock import Interval, InvalidInterval, zone_of
from onwatch_counting.tables.conservation import Balance, Counts, balance
from onwatch_counting.tables.flows import Flow, FlowTable, Path, Unassigned, flow_table
from onwatch_counting.tables.intervals import (
    CountedVideo,
    IntervalTable,
    Item,
    ItemKind,
    QueueLength,
    interval_table,
)
from onwatch_counting.tables.movements import MovementCounts, made_movements, movement_counts
from onwatch_counting.tables.observed import ObservedSpans, observed_s
from onwatch_counting.tables.passages import PlaceKind, without_parked
from onwatch_counting.tables.peaks import PeakHour, peak_hour
from onwatch_counting.tables.queue import Queue, queue_of
from onwatch_counting.tables.type_scheme import DEFAULT_SCHEME, InvalidTypeScheme, TypeScheme, heavy_share

__all__ = [
    "DEFAULT_SCHEME",
    "Balance",
    "CountedVideo",
    "Counts",
    "Flow",
    "FlowTable",
    "Interval",
    "IntervalTable",
    "InvalidInterval",
    "InvalidTypeScheme",
    "Item",
    "ItemKind",
    "MovementCounts",
    "ObservedSpans",
    "Path",
    "PeakHour",
    "PlaceKind",
    "Queue",
    "QueueLength",
    "TypeScheme",
    "Unassigned",
    "balance",
    "flow_table",
    "heavy_share",
    "interval_table",
    "made_movements",
    "movement_counts",
    "observed_s",
    "peak_hour",
    "queue_of",
    "without_parked",
    "zone_of",
]
