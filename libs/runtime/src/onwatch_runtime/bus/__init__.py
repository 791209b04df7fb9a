"""The message bus: its port, the envelope, subscriptions and the retry rule. Adapters: `memory` and `rabbit`."""

from onwatch_runtime.bus.codec import UnknownMessage, decode, encode, kind_of
from onwatch_runtime.bus.connect import connect_bus
from onwatch_runtime.bus.port import (
    ALL_VIDEOS,
    Bus,
    BusCounts,
    BusUnavailable,
    Consumer,
    FrameConsumer,
    FrameHandler,
    Handler,
    PartitionsDiffer,
    PrivateQueue,
    SharedQueue,
    WaitingDeadLetters,
)
from onwatch_runtime.bus.publisher import Publisher
from onwatch_runtime.bus.retry import Reject, RetryPolicy
from onwatch_runtime.bus.subscriptions import Subscription, subscribed

__all__ = [
    "ALL_VIDEOS",
    "Bus",
    "BusCounts",
    "BusUnavailable",
    "Consumer",
    "FrameConsumer",
    "FrameHandler",
    "Handler",
    "PartitionsDiffer",
    "PrivateQueue",
    "Publisher",
    "Reject",
    "RetryPolicy",
    "SharedQueue",
    "Subscription",
    "UnknownMessage",
    "WaitingDeadLetters",
    "connect_bus",
    "decode",
    "encode",
    "kind_of",
    "subscribed",
]
